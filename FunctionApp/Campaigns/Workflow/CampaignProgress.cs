using System.Text.Json.Serialization;

namespace Atelier.Campaigns.Workflow;

/// <summary>The custom status of <see cref="CampaignOrchestrator"/>: how far its run has come.</summary>
/// <param name="Done">The parts that this run has made, in the order in which they came.</param>
/// <param name="Failed">The parts that have used up their attempts.</param>
/// <param name="Pending">The parts that are being made.</param>
public sealed record CampaignProgress(
    [property: JsonPropertyName("done")] IReadOnlyList<string> Done,
    [property: JsonPropertyName("failed")] IReadOnlyList<string> Failed,
    [property: JsonPropertyName("pending")] IReadOnlyList<string> Pending)
{
    /// <summary>Nothing is done yet.</summary>
    public static CampaignProgress Of(IEnumerable<PartInput> parts) => new([], [], [.. parts.Select(part => part.Part)]);

    /// <summary>The progress once a part has ended.</summary>
    public CampaignProgress After(string part, bool isDone) => new(
        isDone ? [.. Done, part] : Done,
        isDone ? Failed : [.. Failed, part],
        [.. Pending.Where(other => other != part)]);
}
