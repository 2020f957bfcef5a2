using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiSimulator.Http;

/// <summary>A response, whole and in memory, so that a fault can cut, drip or garble it before it is sent.</summary>
internal sealed record Reply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web)
    {
        // Wire names are spelt out where a reply is made; base64 must not be escaped.
        PropertyNamingPolicy = null,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Headers beside those that the provider adds to every response.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static Reply Json(int status, object body) =>
        new(status, "application/json", JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Wire));

    public static Reply Text(int status, string contentType, string body) =>
        new(status, contentType, System.Text.Encoding.UTF8.GetBytes(body));

    public static string ToJson(object body) => JsonSerializer.Serialize(body, body.GetType(), Wire);

    public Reply With(string header, string value) => this with { Headers = [.. Headers, new(header, value)] };
}
