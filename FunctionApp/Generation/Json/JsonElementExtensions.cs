using System.Text.Json;

namespace Atelier.Generation.Json;

/// <summary>Reads JSON leniently: what is missing, or of another type, is null.</summary>
internal static class JsonElementExtensions
{
    /// <summary>A member of an object that is there and is not null.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>A string that is not blank.</summary>
    public static string? Text(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>A member that is a string and not blank.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name)?.Text();

    /// <summary>A member that is a string and not blank, or a number as it is written.</summary>
    public static string? TextOrNumber(this JsonElement element, string name) =>
        element.Member(name) is not { } value ? null : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.Text();

    /// <summary>A member that is an array.</summary>
    public static JsonElement? List(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list ? list : null;

    /// <summary>The first item of an array.</summary>
    public static JsonElement? First(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0 ? element[0] : null;
}
