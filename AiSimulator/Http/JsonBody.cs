using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiSimulator.Http;

/// <summary>A request that its provider would refuse with 400: what is wrong, and with which field.</summary>
internal sealed class InvalidRequestException(string? field, string message, string? code = null) : Exception(message)
{
    public string? Field { get; } = field;

    public string? Code { get; } = code;
}

/// <summary>Reads request bodies the way the providers do: unknown fields are let pass, wrong types are named.</summary>
internal static class JsonBody
{
    public static async Task<JsonObject> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: cancellation) as JsonObject
                ?? throw new InvalidRequestException(null, "The body of the request must be a JSON object.");
        }
        catch (JsonException)
        {
            throw new InvalidRequestException(null, "The body of the request could not be parsed as JSON.");
        }
    }

    public static string? Text(this JsonObject body, string field) => body[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw new InvalidRequestException(field, $"Invalid type for '{field}': expected a string."),
    };

    public static string RequiredText(this JsonObject body, string field) =>
        body.Text(field) is { Length: > 0 } text
            ? text
            : throw new InvalidRequestException(field, $"Missing required parameter: '{field}'.", "missing_required_parameter");

    public static long? Integer(this JsonObject body, string field) => body[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        _ => throw new InvalidRequestException(field, $"Invalid type for '{field}': expected an integer."),
    };

    public static double? Number(this JsonObject body, string field) => body[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<double>(out var number) => number,
        _ => throw new InvalidRequestException(field, $"Invalid type for '{field}': expected a number."),
    };

    public static bool Flag(this JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static int InRange(this JsonObject body, string field, int fallback, int from, int to)
    {
        var number = body.Integer(field) ?? fallback;
        return number >= from && number <= to
            ? (int)number
            : throw new InvalidRequestException(field, $"Invalid '{field}': {number} is not between {from} and {to}.", "invalid_value");
    }

    public static string OneOf(this JsonObject body, string field, string fallback, params ReadOnlySpan<string> allowed)
    {
        var text = body.Text(field) ?? fallback;
        return allowed.Contains(text)
            ? text
            : throw new InvalidRequestException(
                field,
                $"Invalid value: '{text}'. Supported values are: {string.Join(", ", allowed.ToArray().Select(v => $"'{v}'"))}.",
                "invalid_value");
    }
}
