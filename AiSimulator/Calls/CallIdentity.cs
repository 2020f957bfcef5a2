namespace AiSimulator.Calls;

/// <summary>
/// The campaign and the part that a call belongs to. A client names them as <c>campaign/part</c> (<c>0198…/image/0</c>) in the header
/// <c>X-Campaign-Part</c>, in the field <c>user</c>, or in a webhook address that ends in
/// <c>/callbacks/{provider}/{campaign}/{part}</c>. A call without them is identified by its prompt and its place in the order of arrival.
/// </summary>
/// <param name="Campaign">The campaign's id, or <c>prompt-</c> and a hash of the prompt.</param>
/// <param name="Part"><c>text</c>, <c>image/0</c>, … ; without a given identity the index is the arrival number.</param>
/// <param name="IsGiven">Whether the client named them.</param>
internal sealed record CallIdentity(string Campaign, string Part, bool IsGiven)
{
    public const string Header = "X-Campaign-Part";

    /// <summary>The number after the part's first slash, as in <c>image/0/v2</c>; zero where there is none.</summary>
    public int Index => Part.Split('/') is [_, var number, ..] && int.TryParse(number, out var index) ? index : 0;

    public static CallIdentity? Given(string? header, string? user, string? webhook) =>
        Parse(header) ?? Parse(user) ?? Parse(AfterCallbacks(webhook));

    public static string CampaignOf(string prompt) => $"prompt-{Dice.Hash(prompt.Trim()):x16}"[..15];

    private static CallIdentity? Parse(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash > 0 && slash < text!.Length - 1 && text.Length <= 200
            ? new CallIdentity(text[..slash], text[(slash + 1)..], IsGiven: true)
            : null;
    }

    private static string? AfterCallbacks(string? webhook)
    {
        if (!Uri.TryCreate(webhook, UriKind.Absolute, out var address)) return null;
        var segments = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.LastIndexOf(segments, "callbacks");
        return at >= 0 && segments.Length > at + 3 ? Uri.UnescapeDataString(string.Join('/', segments[(at + 2)..])) : null;
    }
}
