using Atelier.Durable;
using Atelier.Generation;
using Atelier.Images;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>Turns a provider's report of a job into one that may be stored in a history.</summary>
internal static class ImageReports
{
    /// <summary>The report. An image in it is stored at once, so that no history has its bytes.</summary>
    /// <exception cref="ActivityFailedException">The image could not be stored.</exception>
    public static async Task<ImageReport> FromAsync(ImageJob job, PartInput part, IImageStore store, CancellationToken cancellationToken)
    {
        if (job.Failure is { } failure)
            return ImageReport.Failed(job.Id, failure);
        KeptImage? kept = job.Image is { } image
            ? await KeptImage.KeepAsync(store, part.CampaignId, part.Image!.Value, image, cancellationToken)
            : null;
        return new ImageReport(job.Id, job.Status, job.Output, kept);
    }
}
