using System.Text.Json;
using Atelier.Campaigns.Control;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Workflow;

/// <summary>Finds campaigns that no orchestration works on: accepted and never scheduled, or running and their orchestration lost.</summary>
/// <remarks>By PostgreSQL's clock. A time in its future, from before the clock was set, counts as long ago.</remarks>
public sealed class RecoverCampaigns(
    AtelierDbContext db,
    CampaignQueries queries,
    CampaignScheduler scheduler,
    VersionRecovery versions,
    IServiceScopeFactory scopes,
    ILogger<RecoverCampaigns> logger)
{
    private const string EveryFifteenSeconds = "*/15 * * * * *";
    private const int MaxReasonLength = 1_000;
    private const int BatchSize = 100;
    private const int Parallelism = 8;

    // An orchestration that is lost this often is not lost by accident.
    private const int MaxRuns = 5;

    // Younger ones are most likely being scheduled right now by the request that accepted them.
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    // Most campaigns have ended by then, so that few instances are queried.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMinutes(2);

    /// <summary>Looks for campaigns that have been pending or running for too long.</summary>
    [Function(nameof(RecoverCampaigns))]
    public async Task RunAsync(
        [TimerTrigger(EveryFifteenSeconds)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var pending = await db.Campaigns.AsNoTracking()
            .Where(campaign => campaign.Status == CampaignStatus.Pending)
            .Where(campaign => campaign.CheckedAt < DatabaseTime.Now() - Age || campaign.CheckedAt > DatabaseTime.Now())
            .OrderBy(campaign => campaign.CheckedAt)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);
        await queries.LoadPartsAsync(pending, cancellationToken);
        await ForEachAsync(pending, (campaign, token) => RecoverPendingAsync(client, campaign, token), cancellationToken);

        var running = await db.Campaigns.AsNoTracking()
            .Where(campaign => campaign.Status == CampaignStatus.Running)
            .Where(campaign => campaign.CheckedAt < DatabaseTime.Now() - CheckInterval || campaign.CheckedAt > DatabaseTime.Now())
            .OrderBy(campaign => campaign.CheckedAt)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);
        await ForEachAsync(running, (campaign, token) => RecoverRunningAsync(client, campaign, token), cancellationToken);
        await versions.RunAsync(client, cancellationToken);
    }

    private async Task ForEachAsync(
        List<Campaign> campaigns, Func<Campaign, CancellationToken, Task> recover, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(campaigns, parallel, async (campaign, token) =>
        {
            try
            {
                await recover(campaign, token);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // One campaign that cannot be recovered must not delay the others.
                logger.LogError(exception, "Campaign {CampaignId} could not be recovered; the next run of the timer tries again.", campaign.Id);
            }
        });
    }

    private async Task RecoverPendingAsync(DurableTaskClient client, Campaign campaign, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(campaign.InstanceId, cancellationToken);
        if (instance is { RuntimeStatus: OrchestrationRuntimeStatus.Terminated })
        {
            await using var scope = scopes.CreateAsyncScope();
            await CancelTerminatedAsync(client, scope, campaign, cancellationToken);
        }
        // An instance that failed before its first part began has done nothing: it is scheduled again.
        else if (instance is not null and not { RuntimeStatus: OrchestrationRuntimeStatus.Failed })
        {
            // Its parts wait for their turn. Others are looked at before it is looked at again.
            await using var scope = scopes.CreateAsyncScope();
            await MarkCheckedAsync(scope, campaign, cancellationToken);
        }
        else if (await scheduler.TryScheduleAsync(client, campaign))
        {
            logger.LogWarning("Campaign {CampaignId} was accepted but never scheduled; it is now.", campaign.Id);
        }
    }

    private async Task RecoverRunningAsync(DurableTaskClient client, Campaign campaign, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(campaign.InstanceId, cancellationToken);
        // Each in a scope of its own: a database context does one thing at a time.
        await using var scope = scopes.CreateAsyncScope();
        if (instance is { RuntimeStatus: OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Suspended })
        {
            await MarkCheckedAsync(scope, campaign, cancellationToken);
            return;
        }

        var control = scope.ServiceProvider.GetRequiredService<CampaignControl>();
        var state = instance?.RuntimeStatus.ToString() ?? "gone";
        if (instance is { RuntimeStatus: OrchestrationRuntimeStatus.Terminated })
        {
            await CancelTerminatedAsync(client, scope, campaign, cancellationToken);
        }
        else if (campaign.Run + 1 < MaxRuns)
        {
            if (await control.RecoverAsync(client, campaign, cancellationToken))
                logger.LogWarning("Campaign {CampaignId} was running but its orchestration is {State}; its missing parts run again.", campaign.Id, state);
        }
        else if (await control.FailAsync(campaign, "orchestration_lost", "The work on this campaign was interrupted too often.", cancellationToken))
        {
            logger.LogError("Campaign {CampaignId} was running but its orchestration is {State} again; the campaign has failed.", campaign.Id, state);
        }
    }

    // Not tracked, and without a new version: nothing that a reader sees has changed.
    private static Task<int> MarkCheckedAsync(AsyncServiceScope scope, Campaign campaign, CancellationToken cancellationToken) =>
        scope.ServiceProvider.GetRequiredService<AtelierDbContext>().Campaigns
            .Where(row => row.Id == campaign.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(found => found.CheckedAt, _ => DatabaseTime.Now()), cancellationToken);

    // An operator's termination is final: the orchestration is not run again, and its campaign is canceled.
    private async Task CancelTerminatedAsync(
        DurableTaskClient client, AsyncServiceScope scope, Campaign campaign, CancellationToken cancellationToken)
    {
        // The reason is the orchestration's output.
        var instance = await client.GetInstanceAsync(campaign.InstanceId, getInputsAndOutputs: true, cancellationToken);
        var control = scope.ServiceProvider.GetRequiredService<CampaignControl>();
        if (await control.CancelTerminatedAsync(campaign, ReadReason(instance?.SerializedOutput), cancellationToken))
            logger.LogWarning("The orchestration of campaign {CampaignId} was terminated; the campaign is canceled.", campaign.Id);
    }

    /// <summary>The reason of a termination. Hosts store it as JSON or as it is.</summary>
    private static string? ReadReason(string? output)
    {
        var reason = output;
        try
        {
            reason = output is null ? null : JsonSerializer.Deserialize<string>(output);
        }
        catch (JsonException)
        {
            // It is stored as plain text.
        }

        return reason?.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;
    }
}
