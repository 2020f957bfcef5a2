using Atelier.Durable;
using Atelier.Generation;
using Atelier.Images;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns.Workflow;

/// <summary>An image of a campaign in the image store.</summary>
/// <param name="Name">Its name in the store, derived from campaign and index, so that a repetition overwrites it.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Width">In pixels, where its header says so.</param>
/// <param name="Height">In pixels, where its header says so.</param>
public sealed record KeptImage(string Name, string ContentType, long Bytes, int? Width, int? Height)
{
    /// <summary>Stores an image.</summary>
    /// <exception cref="ActivityFailedException">The store failed (<c>storage_failed</c>).</exception>
    public static async Task<KeptImage> KeepAsync(
        IImageStore store, Guid campaignId, int index, GeneratedImage image, CancellationToken cancellationToken)
    {
        string name = $"{campaignId:D}/image-{index}.{ExtensionOf(image.ContentType)}";
        try
        {
            StoredImage stored = await store.SaveAsync(name, image.Bytes, image.ContentType, cancellationToken);
            return new KeptImage(stored.Name, stored.ContentType, stored.Length, image.Width, image.Height);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ActivityFailedException(
                new ActivityFailure("storage_failed", "The image could not be stored.", CanRetry: true), exception);
        }
    }

    /// <summary>Writes it into the image's row.</summary>
    public void WriteTo(CampaignImage row, string provider, string model, TokenUsage? usage)
    {
        row.BlobName = Name;
        row.ContentType = ContentType;
        row.Bytes = Bytes;
        row.Width = Width;
        row.Height = Height;
        row.Provider = provider;
        row.Model = model;
        row.Usage = usage;
    }

    private static string ExtensionOf(string contentType) => contentType switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "bin",
    };
}
