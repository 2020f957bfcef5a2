namespace AiSimulator.Webhooks;

/// <summary>A request to a client's own address.</summary>
/// <param name="Url">Where it goes.</param>
/// <param name="Body">JSON.</param>
/// <param name="Event">What it reports, for the log.</param>
/// <param name="Sign">The headers that sign it, made for each try: signatures carry a time.</param>
internal sealed record Webhook(string Url, string Body, string Event, Func<DateTimeOffset, IReadOnlyList<KeyValuePair<string, string>>> Sign);

/// <summary>One try of one webhook, in the log.</summary>
internal sealed record WebhookDelivery(
    long Number, DateTimeOffset Time, string Provider, string Campaign, string Part, string Job, string Url, string Event, int Attempt, bool Forged, int? Status);
