using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace FunctionApp.Tests.OpenApi;

/// <summary>A request as FsCheck made it; printed when its response is wrong.</summary>
internal sealed record GeneratedRequest(
    HttpMethod Method, string Path, string Query, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, string? ContentType)
{
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, new Uri(Path + Query, UriKind.Relative));
        foreach ((var name, var value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (Body is null)
            return message;
        message.Content = new ByteArrayContent(Body);
        if (ContentType is not null)
            message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        return message;
    }

    public override string ToString() =>
        $"{Method} {Path}{Query} [{string.Join(", ", Headers)}] {ContentType} {(Body is null ? "" : Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 2000))))}";
}

/// <summary>Generates requests of an operation that are nearly right, wrong, or extreme.</summary>
internal static class RequestGenerator
{
    private static readonly string[] Texts =
    [
        "", " ", "0", "-1", "1", "10", "101", "2147483648", "9223372036854775807", "99999999999999999999", "1e400", "NaN", "null", "true", "\0", "\t",
        "..", "../../etc/passwd", "%", "%00", "'; DROP TABLE campaigns; --", "😀", "é", "\u202e", "<script>", "{}", "[]", "bytes=0-", "bytes=9-1",
        "bytes=0-0,2-3", "bytes=99999999-", "W/\"1\"", "*", "\"", "image/0", "COMPLETE", "running", "2026-08-01T10:00:00Z", "0001-01-01", "9999-12-31T23:59:59Z",
        "+14:00", "0198", "00000000-0000-0000-0000-000000000000", new string('x', 1500), new string('9', 300),
    ];

    private static readonly string[] Bodies =
    [
        "", " ", "null", "true", "7", "\"text\"", "[]", "{}", "{", "{\"a\":1,\"a\":2}", "{\"prompt\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"upTo\":1e400}",
        "{\"upTo\":-1}", "{\"upTo\":9223372036854775807}", "{\"upTo\":1.5}", "{\"ids\":[null]}", "{\"ids\":[\"x\"],\"filter\":{}}", "{\"filter\":{\"from\":\"never\"}}",
        "{\"prompt\":\"x\",\"images\":{\"count\":1e99}}", "{\"prompt\":\"x\",\"images\":[]}", "{\"prompt\":\"x\",\"metadata\":{\"\":\"\"}}",
        "{\"url\":\"http://127.0.0.1\"}", "{\"url\":\"https://[::ffff:127.0.0.1]\"}", "{\"url\":\"https://0x7f000001/\"}", "{\"url\":\"https://\"}", "{\"url\":\"//\"}",
        new string('[', 100), new string('[', 60_000), $"{{\"prompt\":\"{new string('x', 70_000)}\"}}", "// comment\n{}", "{\"prompt\":\"x\",}",
    ];

    private static readonly string[] ContentTypes =
        ["application/json", "application/json; charset=utf-16", "application/json;charset=", "text/plain", "application/x-www-form-urlencoded", "a/b/c", "json"];

    private static readonly string[] Users = ["operator", "local", "someone", new string('u', 300), "a b", "ü"];

    public static Gen<GeneratedRequest> Of(ApiOperation operation, string knownId)
    {
        var text = Gen.OneOf(Gen.Elements(Texts), ArbMap.Default.GeneratorFor<string>().Select(value => value ?? ""));
        var inPath = Gen.Frequency(
            (3, Gen.Constant(knownId)), (2, Gen.Elements("0", "1", "text")), (4, text.Select(value => value.Length == 0 ? "x" : value)));
        var inQuery = Gen.Frequency((3, Gen.Constant("")), (3, text), (1, Gen.Elements("1", "20", "COMPLETE")));

        // Each array has one text for every possible position.
        return
            from path in inPath.ArrayOf(4)
            from query in inQuery.ArrayOf(operation.Parameters.Count + 1)
            from user in Gen.Elements(Users)
            from body in BodyOf(operation, text)
            from contentType in Gen.Frequency((5, Gen.Constant("application/json")), (2, Gen.Elements(ContentTypes)))
            select new GeneratedRequest(
                operation.Method,
                FillPath(operation.Path, path),
                QueryOf(operation, query),
                HeadersOf(operation, query, user),
                body,
                body is null ? null : contentType);
    }

    private static string FillPath(string path, string[] values) =>
        string.Join('/', path.Split('/').Select((step, index) => step.StartsWith('{') ? EncodeStep(values[index % values.Length]) : step));

    // Lone halves of surrogate pairs cannot be encoded in a URL.
    private static string Encode(string value) => Uri.EscapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)));

    // Dots alone are resolved away before they are sent, and the server itself refuses U+0000 before any app sees it.
    private static string EncodeStep(string value)
    {
        var step = value.Replace("\0", "", StringComparison.Ordinal);
        return Encode(step.Trim('.').Length == 0 ? $"{step}x" : step);
    }

    private static string QueryOf(ApiOperation operation, string[] values)
    {
        var pairs = operation.Parameters.Index()
            .Where(parameter => (string)parameter.Item["in"]! == "query" && values[parameter.Index].Length > 0)
            // A long stream or long poll would only make the test slow.
            .Where(parameter => (string)parameter.Item["name"]! != "wait" || values[parameter.Index] is not ("20" or "10"))
            .Select(parameter => $"{(string)parameter.Item["name"]!}={Encode(values[parameter.Index])}")
            .Append($"unknown={Encode(values[^1])}");
        return $"?{string.Join('&', pairs)}";
    }

    private static List<(string Name, string Value)> HeadersOf(ApiOperation operation, string[] values, string user)
    {
        var headers = new List<(string, string)> { ("X-User", Ascii(user)) };
        foreach ((var index, var parameter) in operation.Parameters.Index())
        {
            if ((string)parameter["in"]! == "header")
                headers.Add(((string)parameter["name"]!, Ascii(values[index])));
        }
        return headers;
    }

    // Characters that no HTTP client sends and no server accepts in a header would not test this app.
    private static string Ascii(string value) => string.Concat(value.Where(character => character is >= ' ' and < (char)127));

    private static Gen<byte[]?> BodyOf(ApiOperation operation, Gen<string> text)
    {
        if (operation.Json["requestBody"] is not { } described)
            return Gen.Constant<byte[]?>(null);
        var media = described["content"]!["application/json"]!;
        JsonObject[] good = media["examples"] is JsonObject several
            ? [.. several.Select(example => example.Value!["value"]!.AsObject())]
            : media["example"] is JsonObject one ? [one] : [[]];

        var value = Gen.OneOf(
            text.Select(chosen => (JsonNode?)JsonValue.Create(chosen)),
            Gen.Elements(0, -1, int.MaxValue).Select(chosen => (JsonNode?)JsonValue.Create(chosen)),
            Gen.Elements("null", "[]", "{}", "true", "1.5", "[[]]", "{\"a\":null}").Select(chosen => JsonNode.Parse(chosen)));
        var changed =
            from example in Gen.Elements(good)
            from place in Gen.Choose(0, Math.Max(0, example.Count - 1))
            from replacement in value
            select (byte[]?)Replace(example, place, replacement);
        return Gen.Frequency(
            (4, changed),
            (4, Gen.Elements(Bodies).Select(body => (byte[]?)Encoding.UTF8.GetBytes(body))),
            (1, ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => (byte[]?)bytes)),
            (1, Gen.Constant<byte[]?>([0xFF, 0xFE, 0x7B, 0x7D])));
    }

    private static byte[] Replace(JsonObject example, int place, JsonNode? value)
    {
        var copy = (JsonObject)example.DeepClone();
        if (copy.Count == 0)
            copy["unknown"] = value?.DeepClone();
        else
            copy[copy.ElementAt(place).Key] = value?.DeepClone();
        return Encoding.UTF8.GetBytes(copy.ToJsonString());
    }
}
