using System.Text.Json;
using System.Text.Json.Serialization;
using DurableTask.Core;

namespace DurableTask.PostgreSQL.Storage;

/// <summary>Tags and failures as the JSON text that columns and events keep.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string? WriteTags(IDictionary<string, string>? tags) => tags is { Count: > 0 } ? JsonSerializer.Serialize(tags) : null;

    public static Dictionary<string, string>? ReadTags(string? tags) =>
        tags is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(tags);

    public static string WriteFailure(FailureDetails failure) => JsonSerializer.Serialize(StoredFailure.From(failure), Options);

    public static FailureDetails ReadFailure(string failure) => JsonSerializer.Deserialize<StoredFailure>(failure, Options)!.ToDetails();

    private sealed record StoredFailure(
        string ErrorType,
        string ErrorMessage,
        string? StackTrace,
        StoredFailure? InnerFailure,
        bool IsNonRetriable,
        Dictionary<string, JsonElement>? Properties)
    {
        public static StoredFailure From(FailureDetails failure) => new(
            failure.ErrorType,
            failure.ErrorMessage,
            failure.StackTrace,
            failure.InnerFailure is { } inner ? From(inner) : null,
            failure.IsNonRetriable,
            failure.Properties?.ToDictionary(p => p.Key, p => ToJson(p.Value), StringComparer.Ordinal));

        public FailureDetails ToDetails() => new(
            ErrorType,
            ErrorMessage,
            StackTrace,
            InnerFailure?.ToDetails(),
            IsNonRetriable,
            Properties?.ToDictionary(p => p.Key, p => FromJson(p.Value), StringComparer.Ordinal));

        /// <remarks>
        /// The types that come out are those of the official host: text, truth values and null as they are, every number a double, lists and
        /// dictionaries of such, times as text in the round-trip format, and the text of anything else.
        /// </remarks>
        private static JsonElement ToJson(object? value) => value switch
        {
            null or string or bool or JsonElement => JsonSerializer.SerializeToElement(value),
            sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal =>
                JsonSerializer.SerializeToElement(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)),
            DateTime time => JsonSerializer.SerializeToElement(time.ToString("O")),
            DateTimeOffset time => JsonSerializer.SerializeToElement(time.ToString("O")),
            System.Collections.IDictionary map => JsonSerializer.SerializeToElement(
                map.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => ToJson(map[key]), StringComparer.Ordinal)),
            System.Collections.IEnumerable list => JsonSerializer.SerializeToElement(list.Cast<object?>().Select(ToJson)),
            _ => JsonSerializer.SerializeToElement(value.ToString()),
        };

        private static object? FromJson(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.Array => value.EnumerateArray().Select(FromJson).ToList(),
            JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => FromJson(p.Value), StringComparer.Ordinal),
            _ => null,
        };
    }
}
