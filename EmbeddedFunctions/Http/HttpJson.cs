using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace EmbeddedFunctions.Http;

/// <summary>An HTTP method as text.</summary>
internal sealed class HttpMethodJson : JsonConverter<HttpMethod>
{
    public override HttpMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, HttpMethod value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Headers as an object: a text for one value, a list for several.</summary>
internal sealed class HttpHeadersJson : JsonConverter<IDictionary<string, StringValues>>
{
    public override IDictionary<string, StringValues> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var headers = new Dictionary<string, StringValues>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader, options)!)
        {
            headers[name] = value.ValueKind is JsonValueKind.Array
                ? new StringValues([.. value.EnumerateArray().Select(item => item.GetString())])
                : value.GetString();
        }

        return headers;
    }

    public override void Write(Utf8JsonWriter writer, IDictionary<string, StringValues> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, values) in value)
        {
            writer.WritePropertyName(name);
            if (values.Count == 1) writer.WriteStringValue(values[0]);
            else JsonSerializer.Serialize(writer, values.ToArray(), options);
        }

        writer.WriteEndObject();
    }
}
