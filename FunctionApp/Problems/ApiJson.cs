using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Problems;

/// <summary>How the API writes JSON: camelCase, times in UTC, statuses in upper case, text as it is.</summary>
/// <remarks>Passed to every result explicitly: the hosts' defaults differ.</remarks>
public static class ApiJson
{
    /// <summary>The options of every body that the API writes.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>A JSON result.</summary>
    public static IResult Result<T>(T value, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, Options, contentType: null, status);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            // The body is never put into HTML unescaped; escaping every non-ASCII letter would only make it longer and harder to read.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false));
        options.Converters.Add(new UtcConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Whole milliseconds and a Z: what JavaScript writes too.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }
}
