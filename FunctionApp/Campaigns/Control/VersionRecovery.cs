using Atelier.Campaigns.Workflow;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Control;

/// <summary>Finds versions of parts that no orchestration works on: never scheduled, or their orchestration was lost or terminated.</summary>
public sealed class VersionRecovery(AtelierDbContext db, CampaignUpdater updater, CampaignScheduler scheduler, ILogger<VersionRecovery> logger)
{
    private const int BatchSize = 100;
    private const int MaxRuns = 5;

    // Younger ones are most likely being scheduled right now by the request that began them.
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    /// <summary>Looks for them once.</summary>
    public async Task RunAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var open = await db.Versions.AsNoTracking()
            .Where(version => version.EndedAt == null)
            .Where(version => version.CheckedAt < DatabaseTime.Now() - Age || version.CheckedAt > DatabaseTime.Now())
            .OrderBy(version => version.CheckedAt)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);
        foreach (var version in open)
        {
            try
            {
                await RecoverAsync(client, version, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // One version that cannot be recovered must not delay the others.
                logger.LogError(
                    exception, "Version {Version} of {Part} of campaign {CampaignId} could not be recovered; the next run of the timer tries again.",
                    version.Number, version.Part, version.CampaignId);
            }
        }
    }

    private async Task RecoverAsync(DurableTaskClient client, PartVersion version, CancellationToken cancellationToken)
    {
        var instance = await client.GetInstanceAsync(CampaignScheduler.InstanceIdOf(version), cancellationToken);
        var status = instance?.RuntimeStatus;
        if (status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated
            && await ChangeAsync(version, status.Value, cancellationToken) is null)
        {
            return;
        }
        await db.Versions
            .Where(row => row.CampaignId == version.CampaignId && row.Part == version.Part && row.Number == version.Number)
            .ExecuteUpdateAsync(row => row.SetProperty(found => found.CheckedAt, _ => DatabaseTime.Now()), cancellationToken);
        if (status is OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Suspended)
            return;

        if (status is not null)
            version.Run++;
        var name = Parts.Version(version.Part, version.Number);
        var last = await db.Attempts.AsNoTracking()
            .Where(attempt => attempt.CampaignId == version.CampaignId && attempt.Part == name)
            .OrderByDescending(attempt => attempt.Attempt)
            .FirstOrDefaultAsync(cancellationToken);
        if (await scheduler.TryScheduleAsync(client, version, last))
        {
            logger.LogWarning(
                "{Part} of campaign {CampaignId} was being made but its orchestration is {State}; it runs again.",
                name, version.CampaignId, status?.ToString() ?? "gone");
        }
    }

    // The next run, under the campaign's lock; null where the version has ended.
    private Task<int?> ChangeAsync(PartVersion found, OrchestrationRuntimeStatus status, CancellationToken cancellationToken) => updater.ChangeAsync(
        found.CampaignId,
        async (change, token) =>
        {
            var version = await change.FindVersionAsync(found.Part, found.Number, token);
            if (version is not { EndedAt: null } || version.Run != found.Run)
                return null;
            if (status == OrchestrationRuntimeStatus.Terminated)
            {
                await PartVersions.CancelAsync(change, [version], "An operator terminated the orchestration.", token);
                return null;
            }
            if (version.Run + 1 >= MaxRuns)
            {
                var lost = new FailedPart(Parts.ImageIndexOf(version.Part), "orchestration_lost", "The work on this part was interrupted too often.");
                await PartVersions.FailAsync(change, version, [lost], token);
                return null;
            }
            version.Run++;
            version.Status = PartStatus.Pending;
            return (int?)version.Run;
        },
        cancellationToken);
}
