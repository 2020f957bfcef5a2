using Atelier.Durable;
using Atelier.Generation;
using Atelier.Outages;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>Turns a provider's report of a job into one that may be stored in a history.</summary>
internal static class ImageReports
{
    /// <summary>The report. An image in it is stored at once, so that no history has its bytes.</summary>
    /// <exception cref="ActivityFailedException">The store refuses the image.</exception>
    /// <exception cref="OutageException">The store is still away after <paramref name="window"/>.</exception>
    public static async Task<ImageReport> FromAsync(
        ImageJob job, PartInput part, PartImageStore images, TimeSpan window, CancellationToken cancellationToken)
    {
        if (job.Failure is { } failure)
            return ImageReport.Failed(job.Id, failure);
        var kept = job.Image is { } image
            ? await images.SaveAsync(part, image, window, cancellationToken)
            : null;
        return new ImageReport(job.Id, job.Status, job.Output, kept);
    }
}
