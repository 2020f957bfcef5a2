using System.Globalization;
using System.Text;
using System.Text.Json;
using Atelier.Generation.Json;

namespace Atelier.Generation.Failures;

/// <summary>
/// A provider's error, in any of these shapes: OpenAI's and Azure's <c>{error: {code, type, message, innererror}}</c>, Gemini's
/// array of those with numeric codes, and the flat <c>{detail | errors | error | title, …}</c> of others, whose detail may be a list of <c>{loc, msg, type}</c>.
/// </summary>
/// <param name="Codes">The provider's own codes, classes of errors and names of statuses, the most general first.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record ErrorBody(IReadOnlyList<string> Codes, string? Message)
{
    /// <summary>The wait in seconds that a field asks for (<c>retry_after</c>).</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The wait that Google's <c>RetryInfo</c> asks for, as in <c>34s</c>.</summary>
    public string? RetryDelay { get; init; }

    /// <summary>Whether a quota for a whole day is used up (Google's <c>QuotaFailure</c>).</summary>
    public bool IsDailyQuota { get; init; }

    /// <summary>An error without details.</summary>
    public static ErrorBody Nothing { get; } = new([], Message: null);

    /// <summary>The HTTP status in the error itself: within a successful response it is the one that counts.</summary>
    public int? Status
    {
        get
        {
            foreach (var code in Codes)
            {
                if (int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 599)
                    return status;
            }

            return null;
        }
    }

    /// <summary>Reads the body of an error response. One that is not JSON, or of an unknown shape, gives an error without details.</summary>
    public static ErrorBody Parse(string body) => Parse(Encoding.UTF8.GetBytes(body));

    /// <inheritdoc cref="Parse(string)"/>
    public static ErrorBody Parse(Memory<byte> body)
    {
        try
        {
            using var document = LenientJson.Parse(body);
            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            return Nothing;
        }
    }

    /// <summary>
    /// The error that a successful response has instead of the requested content: <c>error</c>, or a flat one that names its HTTP status. Null where
    /// there is none.
    /// </summary>
    public static ErrorBody? In(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.First() is { } first ? In(first) : null;
        var error = Of(root);
        return root.Member("error") is { ValueKind: JsonValueKind.Object or JsonValueKind.String } || error.Status is not null ? error : null;
    }

    /// <summary>Reads an error from JSON.</summary>
    public static ErrorBody Of(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.First() is { } first ? Of(first) : Nothing;
        if (root.Text() is { } sentence)
            return new ErrorBody([], sentence);

        var error = root.Member("error") is { ValueKind: JsonValueKind.Object } inside ? inside : root;
        var detail = error.Member("detail")?.First();
        string?[] codes =
        [
            error.TextOrNumber("code"),
            error.Text("type"),
            error.TextOrNumber("status"),
            detail?.Text("type"),
            (error.Member("innererror") ?? error.Member("inner_error"))?.Text("code"),
            OfDetails(error, "reason"),
        ];
        return new ErrorBody(
            [.. codes.OfType<string>()],
            error.Text("message") ?? error.Text("detail") ?? detail?.Text("msg")
                ?? error.Text("errors") ?? error.Text("error") ?? error.Text("title"))
        {
            RetryAfter = error.TextOrNumber("retry_after") ?? root.TextOrNumber("retry_after"),
            RetryDelay = OfDetails(error, "retryDelay"),
            IsDailyQuota = IsOfADay(error),
        };
    }

    private static string? OfDetails(JsonElement error, string name) =>
        Items(error, "details").Select(detail => detail.Text(name)).FirstOrDefault(text => text is not null);

    private static bool IsOfADay(JsonElement error) => Items(error, "details")
        .SelectMany(detail => Items(detail, "violations"))
        .Any(violation => violation.Text("quotaId")?.Contains("PerDay", StringComparison.Ordinal) == true);

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string name) => element.List(name)?.EnumerateArray() ?? default;
}
