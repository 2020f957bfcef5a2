using System.Text.Json;

namespace Atelier.Generation.Failures;

/// <summary>
/// What a provider's error answer says, whatever its shape: OpenAI's and Azure's <c>{error: {code, type, message, innererror}}</c>, Gemini's
/// array of those with numeric codes, and the flat <c>{detail | errors | error | title, …}</c> of others, whose detail may be a list of <c>{loc, msg}</c>.
/// </summary>
/// <param name="Code">The provider's own code.</param>
/// <param name="Type">The provider's class of errors.</param>
/// <param name="InnerCode">A more exact code: of Azure's inner error, or of Google's details.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="RetryDelay">How long to wait, where the body itself says so (Google's <c>RetryInfo</c>), as in <c>34s</c>.</param>
internal sealed record ErrorBody(string? Code, string? Type, string? InnerCode, string? Message, string? RetryDelay)
{
    private const int MaxLength = 256 * 1024;
    private static readonly ErrorBody Nothing = new(null, null, null, null, null);

    /// <summary>Reads an error answer. One that is no JSON, or of no known shape, says nothing.</summary>
    public static ErrorBody Parse(string? body)
    {
        if (string.IsNullOrWhiteSpace(body) || body.Length > MaxLength)
            return Nothing;
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }

    /// <summary>Whether one of the three codes is this one.</summary>
    public bool Says(string code) => Same(Code, code) || Same(Type, code) || Same(InnerCode, code);

    private static ErrorBody Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.GetArrayLength() > 0 ? Read(root[0]) : Nothing;
        if (root.ValueKind != JsonValueKind.Object)
            return Nothing;

        var error = root.TryGetProperty("error", out var e) && e.ValueKind == JsonValueKind.Object ? e : root;
        var inner = error.TryGetProperty("innererror", out var i) || error.TryGetProperty("inner_error", out i) ? i : default;
        var message = Text(error, "message") ?? Text(error, "detail") ?? FirstDetail(error)
            ?? Text(error, "errors") ?? Text(error, "error") ?? Text(error, "title");
        return new ErrorBody(Text(error, "code"), Text(error, "type"), Text(inner, "code") ?? OfDetails(error, "reason"), message, OfDetails(error, "retryDelay"));
    }

    // What a service says of a request whose fields are not as they must be.
    private static string? FirstDetail(JsonElement error) =>
        error.TryGetProperty("detail", out var details) && details.ValueKind == JsonValueKind.Array && details.GetArrayLength() > 0
            ? Text(details[0], "msg")
            : null;

    private static string? OfDetails(JsonElement error, string name)
    {
        if (!error.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var detail in details.EnumerateArray())
        {
            if (Text(detail, name) is { } value)
                return value;
        }

        return null;
    }

    private static string? Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()) ? null : value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    private static bool Same(string? a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
