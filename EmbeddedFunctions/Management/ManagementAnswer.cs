using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Management;

/// <summary>Writes answers of the management API: whole, with their length, as the official host does.</summary>
internal static class ManagementAnswer
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Task JsonAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, Unescaped)) write(writer);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = body.WrittenCount;
        return http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted).AsTask();
    }

    /// <summary>202 with an instance's addresses; its status is the place to look at.</summary>
    public static Task AcceptedAsync(HttpContext http, HttpManagementPayload payload)
    {
        http.Response.Headers.Location = payload.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = "10";
        return JsonAsync(http, StatusCodes.Status202Accepted, writer => JsonSerializer.Serialize(writer, payload, CamelCase));
    }

    /// <summary>An error in words, and the exception behind it where there is one.</summary>
    public static Task ErrorAsync(HttpContext http, int status, string message, Exception? exception = null) => JsonAsync(http, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("Message", message);
        if (exception is not null)
        {
            writer.WriteString("ExceptionMessage", exception.Message);
            writer.WriteString("ExceptionType", exception.GetType().FullName);
            writer.WriteString("StackTrace", exception.StackTrace);
        }

        writer.WriteEndObject();
    });

    /// <summary>Writes a property whose value is kept as text.</summary>
    public static void Value(Utf8JsonWriter writer, string name, string? text)
    {
        writer.WritePropertyName(name);
        Value(writer, text);
    }

    /// <summary>Writes what is kept as text: as the JSON that it is, or as a string where it is none.</summary>
    public static void Value(Utf8JsonWriter writer, string? text)
    {
        if (text is null)
        {
            writer.WriteNullValue();
            return;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            json.RootElement.WriteTo(writer);
        }
        catch (JsonException)
        {
            // A reason, or a failure in words.
            writer.WriteStringValue(text);
        }
    }

    /// <summary>A query's time; <see langword="null"/> where it is not given or cannot be read.</summary>
    public static DateTimeOffset? Time(HttpRequest request, string name) =>
        DateTimeOffset.TryParse(request.Query[name], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A query's number of seconds; <see langword="null"/> where it is not given or cannot be read.</summary>
    public static double? Seconds(HttpRequest request, string name) =>
        double.TryParse(request.Query[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;

    /// <summary>A query's yes or no.</summary>
    public static bool Flag(HttpRequest request, string name, bool otherwise) =>
        bool.TryParse(request.Query[name], out var flag) ? flag : otherwise;
}
