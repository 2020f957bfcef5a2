using System.Text.Json.Serialization;
using Atelier.Durable;

namespace Atelier.Campaigns.Workflow;

/// <summary>The names of a campaign's parts.</summary>
public static class Parts
{
    /// <summary>The text.</summary>
    public const string Text = "text";

    /// <summary>An image, by its index from 0.</summary>
    public static string Image(int index) => $"image/{index}";
}

/// <summary>The input of a part's activity. It reads everything else from the campaign's rows, so that histories stay small.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Image">Index of the image; <see langword="null"/> for the text.</param>
/// <param name="Retry">The retry policy that its orchestrator applies.</param>
/// <param name="FirstAttempt">Number of the first attempt of this run: 1, and more after a redrive.</param>
/// <param name="Run">The run that it belongs to. Activities that an earlier run left behind do nothing.</param>
public sealed record PartInput(Guid CampaignId, int? Image, RetrySettings Retry, int FirstAttempt = 1, int Run = 0)
{
    /// <summary>Whether its provider is asynchronous. In the input, so that a running campaign is not affected by new settings.</summary>
    public bool IsAsync { get; init; }

    /// <summary>The part's name.</summary>
    [JsonIgnore]
    public string Part => Image is { } index ? Parts.Image(index) : Parts.Text;
}
