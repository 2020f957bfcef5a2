using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Atelier.OpenApi;

/// <summary>The OpenAPI 3.1 document: the parts that lie beside this file, one a tag, put together once.</summary>
/// <remarks>What every operation has (the caller's errors, the request id, the rate) is added here instead of being written down in each.</remarks>
internal static class ApiDocument
{
    private const string Prefix = "Atelier.OpenApi.";
    private const string Main = $"{Prefix}openapi.json";
    private const string Responses = "responses";
    private const string Headers = "headers";

    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    // Any operation may.
    private static readonly (string Status, string Response)[] AnyErrors =
    [
        ("414", "AddressTooLong"), ("431", "HeadersTooLarge"), ("500", "InternalError"),
    ];

    // An operation of a caller may end so before it begins.
    private static readonly (string Status, string Response)[] CallerErrors =
    [
        ("400", "BadRequest"), ("401", "Unauthorized"), ("403", "Forbidden"), ("429", "TooManyRequests"), ("503", "Unavailable"),
    ];

    private static readonly string[] RateHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"];

    private static readonly Lazy<(byte[] Json, string ETag)> Document = new(Create);

    /// <summary>The document as UTF-8 JSON.</summary>
    public static ReadOnlyMemory<byte> Json => Document.Value.Json;

    /// <summary>Its version, in quotes.</summary>
    public static string ETag => Document.Value.ETag;

    private static (byte[] Json, string ETag) Create()
    {
        var document = Read(Main);
        foreach (var name in Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal) && name != Main)
                Add(document, Read(name));
        }
        foreach ((_, var path) in document["paths"]!.AsObject())
        {
            foreach (var method in Methods)
            {
                if (path![method] is JsonObject operation)
                    Complete(operation);
            }
        }
        foreach ((_, var response) in document["components"]![Responses]!.AsObject())
            AddHeaders(response!.AsObject(), withRate: false);

        var json = JsonSerializer.SerializeToUtf8Bytes(document, Problems.ApiJson.Options);
        return (json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8))}\"");
    }

    private static JsonObject Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"Resource '{resource}' is missing.");
        return JsonNode.Parse(stream)!.AsObject();
    }

    // Objects are united; anything else may be there once only.
    private static void Add(JsonObject target, JsonObject part)
    {
        foreach ((var name, var value) in part)
        {
            if (target[name] is JsonObject known && value is JsonObject more)
                Add(known, more);
            else
                target.Add(name, value!.DeepClone());
        }
    }

    private static void Complete(JsonObject operation)
    {
        var isPublic = operation["security"] is JsonArray { Count: 0 };
        var responses = operation[Responses]!.AsObject();
        foreach ((_, var response) in responses)
            AddHeaders(response!.AsObject(), withRate: !isPublic);
        foreach ((var status, var response) in AnyErrors)
            AddResponse(responses, status, response);
        foreach ((var status, var response) in isPublic ? [] : CallerErrors)
            AddResponse(responses, status, response);
    }

    private static void AddResponse(JsonObject responses, string status, string name)
    {
        if (!responses.ContainsKey(status))
            responses[status] = Reference(Responses, name);
    }

    private static void AddHeaders(JsonObject response, bool withRate)
    {
        if (response.ContainsKey("$ref"))
            return;
        if (response[Headers] is not JsonObject headers)
            response[Headers] = headers = [];
        foreach (var name in (string[])["X-Request-Id", .. withRate ? RateHeaders : []])
            headers[name] = Reference(Headers, name);
    }

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };
}
