using Atelier.Campaigns.Workflow;
using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Outages;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Http;

/// <summary><c>POST /api/callbacks/{provider}/{campaignId}/{part}</c>: where an asynchronous provider reports that a job has ended.</summary>
/// <remarks>
/// Before the signature is verified nothing is looked up, and every refusal is the same 401, so that a stranger learns nothing. A callback that
/// comes twice, or after the image is there, is accepted and changes nothing, so that its sender stops sending it.
/// </remarks>
public sealed class ReceiveCallback(
    AtelierDbContext db,
    GeneratorCatalog generators,
    PartImageStore images,
    DurableCalls durable,
    CallbackBodies bodies,
    ILogger<ReceiveCallback> logger)
{
    /// <summary>Accepts a report.</summary>
    [Function(nameof(ReceiveCallback))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.Callback)] HttpRequest request,
        string provider,
        string campaignId,
        string part,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var job = await ReadAsync(provider, request, cancellationToken);
        var id = PathId.Parse(campaignId, "campaign");
        using var scope = logger.BeginCampaignScope(id);

        if (await FindAsync(id, part, cancellationToken) is not { } image || !string.Equals(image.Provider, provider, StringComparison.OrdinalIgnoreCase))
            throw ApiException.NotFound("part of a campaign that this provider makes");
        // The callback may come before the response to the order, which names the job. The orchestrator compares the ids once it has both.
        if (image.JobId is { } known && known != job.Id)
            throw new ApiException(StatusCodes.Status409Conflict, "other_job", "This part waits for another job.");

        if (job.Status == ImageJobStatus.Running || image.HasEnded)
            return Results.StatusCode(StatusCodes.Status202Accepted);
        var input = image.Input;
        var report = await ImageReports.FromAsync(job, input, images, OutageMonitor.RequestWindow, cancellationToken);
        await durable.RunAsync(
            image.InstanceId,
            async token =>
            {
                await client.RaiseEventAsync(image.InstanceId, input.Part, report, token);
                return true;
            },
            cancellationToken);
        logger.LogInformation("{Provider} reports job {JobId} for {Part} of campaign {CampaignId}.", provider, job.Id, input.Part, id);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static RetrySettings NoRetry => new(1, TimeSpan.FromSeconds(1), 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    private async Task<ImageJob> ReadAsync(string provider, HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (!generators.IsAsync(provider))
                throw new CallbackRefusedException("No provider of this name calls back.");
            var generator = generators.AsyncImage(provider);
            using var signature =
                generator.BeginCallback(name => request.Headers[name] is { Count: > 0 } values ? values.ToString() : null);
            var body = await bodies.ReadAsync(request, generator.MaxCallbackLength, signature, cancellationToken);
            return generator.ReadCallback(body);
        }
        catch (CallbackRefusedException refused)
        {
            logger.LogWarning("A callback for {Provider} is refused: {Reason}", provider, refused.Message);
            throw new ApiException(StatusCodes.Status401Unauthorized, "invalid_signature", "The callback's signature could not be verified.");
        }
        catch (GenerationException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "invalid_callback", "The callback's body could not be understood.");
        }
    }

    private async Task<AwaitedImage?> FindAsync(Guid id, string name, CancellationToken cancellationToken)
    {
        (var part, var number) = Parts.Split(name);
        if (Parts.ImageIndexOf(part) is not { } index)
            return null;
        if (number is { } version)
        {
            return await db.Versions.AsNoTracking()
                .SingleOrDefaultAsync(row => row.CampaignId == id && row.Part == part && row.Number == version, cancellationToken) is { } regenerated
                ? new AwaitedImage(
                    new PartInput(id, index, NoRetry) { Version = version, IsRegenerated = true },
                    regenerated.Provider,
                    regenerated.ProviderJobId,
                    regenerated.EndedAt is not null || regenerated.Status.HasEnded(),
                    CampaignScheduler.InstanceIdOf(regenerated))
                : null;
        }
        var found = await db.Campaigns.AsNoTracking()
            .Where(row => row.Id == id)
            .SelectMany(row => row.Images.Where(image => image.Index == index), (row, image) => new { Campaign = row, Image = image })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null
            ? null
            : new AwaitedImage(
                new PartInput(id, index, NoRetry) { Version = found.Image.Version },
                found.Image.Provider,
                found.Image.ProviderJobId,
                found.Image.Status.HasEnded() || found.Campaign.Status.HasEnded(),
                found.Campaign.InstanceId);
    }

    private sealed record AwaitedImage(PartInput Input, string Provider, string? JobId, bool HasEnded, string InstanceId);
}
