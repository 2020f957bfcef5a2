using System.Text.Json;
using Atelier.Problems;

namespace Atelier.Notifications;

/// <summary>An event as it is stored in the log.</summary>
/// <param name="Id">Its id; later events have higher ones.</param>
/// <param name="UserId">Whose campaign it is about.</param>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Type">Such as <c>campaign.completed</c>.</param>
/// <param name="Part">The part that it is about; empty for the campaign itself.</param>
/// <param name="Data">What else it says: the members of a JSON object.</param>
/// <param name="At">When it happened.</param>
public sealed record LoggedEvent(long Id, string UserId, Guid CampaignId, string Type, string Part, string Data, DateTimeOffset At)
{
    /// <summary>Version of the message's schema: members may be added under it, but none removed or given another meaning.</summary>
    public const int SchemaVersion = 1;

    private readonly Lazy<string> _json = new(() => Write(Id, CampaignId, Type, Part, Data, At));

    /// <summary>The message: one line of JSON, the same in streams, inbox and webhooks. Written once, however many read it.</summary>
    public string Json => _json.Value;

    private static string Write(long id, Guid campaignId, string type, string part, string data, DateTimeOffset at)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["schemaVersion"] = SchemaVersion,
            ["id"] = id,
            ["type"] = type,
            ["campaignId"] = campaignId,
            ["at"] = at,
        };
        if (part.Length > 0)
            members["part"] = part;
        using var document = JsonDocument.Parse(data);
        foreach (var member in document.RootElement.EnumerateObject())
            members.TryAdd(member.Name, member.Value);
        return JsonSerializer.Serialize(members, ApiJson.Options);
    }
}
