using Atelier.Generation;
using Atelier.Images;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that makes one image of a campaign and keeps it in the image store.</summary>
public sealed class GenerateImage(PartRunner runner, GeneratorCatalog generators, IImageStore store)
{
    /// <summary>Makes one attempt. Returns nothing: the image is in the store, its name in the record.</summary>
    [Function(nameof(GenerateImage))]
    public Task RunAsync([ActivityTrigger] PartInput input, CancellationToken cancellationToken) =>
        runner.RunAsync(
            input,
            async (attempt, token) =>
            {
                GeneratedImage image = await generators.Image(attempt.Provider).GenerateAsync(ToRequest(attempt), token);
                StoredImage stored = await KeepAsync(input, image, token);
                return (_, row) =>
                {
                    row!.BlobName = stored.Name;
                    row.ContentType = stored.ContentType;
                    row.Bytes = stored.Length;
                    row.Width = image.Width;
                    row.Height = image.Height;
                    row.Provider = attempt.Provider;
                    row.Model = image.Model;
                    row.Usage = image.Usage;
                };
            },
            cancellationToken);

    private static ImageRequest ToRequest(PartAttempt attempt)
    {
        ImagesRequest images = attempt.Request.Images;
        return new ImageRequest(attempt.Call, attempt.Prompt, images.Size, images.Quality, images.Format);
    }

    private async Task<StoredImage> KeepAsync(PartInput input, GeneratedImage image, CancellationToken cancellationToken)
    {
        // A repetition writes over the same name instead of leaving another blob behind.
        string name = $"{input.CampaignId:D}/image-{input.Image}.{ExtensionOf(image.ContentType)}";
        try
        {
            return await store.SaveAsync(name, image.Bytes, image.ContentType, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PartFailedException(
                new PartFailure("storage_failed", "The image could not be stored.", CanRetry: true), exception);
        }
    }

    private static string ExtensionOf(string contentType) => contentType switch
    {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "bin",
    };
}
