using Atelier.Generation;
using Atelier.Persistence;

namespace Atelier.Campaigns.Workflow;

/// <summary>An image of a campaign in the image store.</summary>
/// <param name="Name">Its name in the store, derived from campaign, index and version, so that a repetition overwrites it.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Width">In pixels, where its header says so.</param>
/// <param name="Height">In pixels, where its header says so.</param>
public sealed record KeptImage(string Name, string ContentType, long Bytes, int? Width, int? Height)
{
    /// <summary>As an attempt's result.</summary>
    public ImageResult ToResult(int index, string provider, string? model, TokenUsage? usage) =>
        new(index, Name, ContentType, Bytes, Width, Height, provider, model, usage);
}
