using Atelier.Generation;
using Atelier.Outages;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Campaigns.Workflow;

/// <summary>The activity that makes one image of a campaign and keeps it in the image store.</summary>
public sealed class GenerateImage(PartRunner runner, GeneratorCatalog generators, PartImageStore images)
{
    /// <summary>Makes one attempt. The image is in the store, its name in the image's row.</summary>
    /// <returns>The campaign's status since; <see langword="null"/> where it is not known.</returns>
    [Function(nameof(GenerateImage))]
    public Task<string?> RunAsync([ActivityTrigger] PartInput input, CancellationToken cancellationToken) =>
        runner.RunAsync(
            input,
            async (attempt, token) =>
            {
                await images.WaitUntilReachableAsync(token);
                var image = await generators.Image(attempt.Provider).GenerateAsync(ToRequest(attempt), token);
                var kept = await images.SaveAsync(input, image, OutageMonitor.Window, token);
                return kept.ToResult(input.Image!.Value, attempt.Provider, image.Model, image.Usage);
            },
            cancellationToken);

    /// <summary>The request to the provider.</summary>
    internal static ImageRequest ToRequest(PartAttempt attempt)
    {
        var images = attempt.Request.Images;
        return new ImageRequest(attempt.Call, attempt.Prompt, images.Size, images.Quality, images.Format);
    }
}
