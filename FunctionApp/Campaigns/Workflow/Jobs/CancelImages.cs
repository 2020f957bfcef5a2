using Atelier.Durable;
using Atelier.Generation;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>The activity that cancels the jobs of a canceled campaign at their providers.</summary>
public sealed class CancelImages(AtelierDbContext db, GeneratorCatalog generators, ILogger<CancelImages> logger)
{
    /// <summary>Cancels every job whose image is not there. One that has ended meanwhile stays as it is.</summary>
    /// <returns>How many were canceled.</returns>
    /// <exception cref="ActivityFailedException">A provider could not be reached; a retry may help.</exception>
    [Function(nameof(CancelImages))]
    public async Task<int> RunAsync([ActivityTrigger] string campaignId, CancellationToken cancellationToken)
    {
        var id = Guid.Parse(campaignId);
        var images = await db.Images.AsNoTracking()
            .Where(image => image.CampaignId == id && image.ProviderJobId != null && image.Status != PartStatus.Complete)
            .Select(image => new { image.Provider, image.ProviderJobId })
            .Concat(db.Versions
                .Where(version => version.CampaignId == id && version.ProviderJobId != null && version.Status == PartStatus.Canceled)
                .Select(version => new { version.Provider, version.ProviderJobId }))
            .ToListAsync(cancellationToken);
        ActivityFailedException? failed = null;
        var canceled = 0;
        foreach (var image in images.Where(image => generators.IsAsync(image.Provider)))
        {
            try
            {
                await generators.AsyncImage(image.Provider).CancelAsync(image.ProviderJobId!, cancellationToken);
                canceled++;
                logger.LogInformation(
                    "Job {JobId} of campaign {CampaignId} is canceled at {Provider}.", image.ProviderJobId, id, image.Provider);
            }
            catch (GenerationException exception)
            {
                logger.LogWarning(
                    "Job {JobId} of campaign {CampaignId} could not be canceled at {Provider}: {Reason}",
                    image.ProviderJobId, id, image.Provider, exception.Message);
                if (exception.IsTransient)
                    failed = new ActivityFailedException(ActivityFailure.From(exception));
            }
        }
        return failed is null ? canceled : throw failed;
    }
}
