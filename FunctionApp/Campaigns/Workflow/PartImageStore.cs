using Atelier.Durable;
using Atelier.Generation;
using Atelier.Images;
using Atelier.Outages;
using Azure;

namespace Atelier.Campaigns.Workflow;

/// <summary>Stores the images of parts. A store that is away is waited for: the image was paid for.</summary>
public sealed class PartImageStore(IImageStore store, OutageMonitor outages)
{
    /// <summary>Stores an image.</summary>
    /// <param name="part">The part that it is.</param>
    /// <param name="image">The image.</param>
    /// <param name="window">How long a store that is away is waited for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ActivityFailedException">The store refuses this image (<c>storage_failed</c>).</exception>
    /// <exception cref="OutageException">The store is still away.</exception>
    public Task<KeptImage> SaveAsync(PartInput part, GeneratedImage image, TimeSpan window, CancellationToken cancellationToken) =>
        WaitOutAsync(
            window,
            async () =>
            {
                var version = part.Version == 1 ? "" : $"-v{part.Version}";
                var name = $"{part.CampaignId:D}/image-{part.Image}{version}.{ExtensionOf(image.ContentType)}";
                var stored = await store.SaveAsync(name, image.Bytes, image.ContentType, cancellationToken);
                return new KeptImage(stored.Name, stored.ContentType, stored.Length, image.Width, image.Height);
            },
            cancellationToken);

    /// <summary>Waits for a store that is known to be away, before a provider makes an image that could not be stored.</summary>
    /// <exception cref="OutageException">The store is still away.</exception>
    public async Task WaitUntilReachableAsync(CancellationToken cancellationToken)
    {
        if (outages.Find(OutageMonitor.Blobs) is not null)
            await WaitOutAsync(OutageMonitor.Window, () => store.ProbeAsync(cancellationToken), cancellationToken);
    }

    private async Task<T> WaitOutAsync<T>(TimeSpan window, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await outages.WaitOutAsync(OutageMonitor.Blobs, e => !IsRefusal(e), window, call, cancellationToken);
        }
        catch (RequestFailedException exception) when (IsRefusal(exception))
        {
            throw new ActivityFailedException(
                new ActivityFailure("storage_failed", "The image could not be stored.", CanRetry: true), exception);
        }
    }

    // Only what is wrong with this very request is its own failure. A missing right is an outage, too: an operator grants it, and the image is still here.
    private static bool IsRefusal(Exception exception) => exception is RequestFailedException { Status: 400 or 411 or 413 or 416 };

    private static string ExtensionOf(string contentType) => contentType switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "bin",
    };
}
