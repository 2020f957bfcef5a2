using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Atelier.OpenApi;

namespace FunctionApp.Tests.OpenApi;

/// <summary>The OpenAPI document as tests use it.</summary>
internal static class ApiContract
{
    private static readonly string[] Methods = ["get", "post", "delete", "put", "patch", "head", "options"];

    public static JsonObject Document { get; } = JsonNode.Parse(ApiDocument.Json.Span)!.AsObject();

    public static IReadOnlyList<ApiOperation> Operations { get; } = [.. Read()];

    /// <summary>Follows a reference within the document.</summary>
    public static JsonObject Resolve(JsonNode node)
    {
        var value = node.AsObject();
        while ((string?)value["$ref"] is { } reference)
        {
            Assert.StartsWith("#/", reference, StringComparison.Ordinal);
            JsonNode target = Document;
            foreach (var step in reference[2..].Split('/'))
                target = target[step] ?? throw new InvalidOperationException($"'{reference}' leads nowhere.");
            value = target.AsObject();
        }
        return value;
    }

    /// <summary>The operation of a request; <see langword="null"/> where the document has none.</summary>
    public static ApiOperation? Find(HttpMethod method, string path) =>
        Operations.Where(operation => operation.Method == method && operation.Pattern.IsMatch(path))
            // A path without parameters is preferred to one with parameters.
            .MinBy(operation => operation.Path.Count(character => character == '{'));

    /// <summary>What is wrong with a response; empty where it is as documented.</summary>
    public static IReadOnlyList<string> Check(ApiOperation operation, int status, string? contentType, string? body)
    {
        if (operation.Responses[$"{status}"] is not { } documented)
            return [$"status {status} is not documented"];
        var content = Resolve(documented)["content"]?.AsObject();
        if (content is null)
            return string.IsNullOrEmpty(body) ? [] : [$"status {status} is documented without a body"];
        if (contentType is null || content[contentType] is not { } media)
            return [$"content type '{contentType}' of status {status} is not documented"];
        return body is not null && contentType.EndsWith("json", StringComparison.Ordinal)
            ? SchemaValidator.Validate(media["schema"]!, JsonNode.Parse(body))
            : [];
    }

    private static IEnumerable<ApiOperation> Read()
    {
        foreach ((var path, var item) in Document["paths"]!.AsObject())
        {
            foreach ((var method, var operation) in item!.AsObject())
            {
                if (Methods.Contains(method))
                    yield return new ApiOperation(HttpMethod.Parse(method), path, operation!.AsObject());
            }
        }
    }
}

/// <summary>One method of one path.</summary>
internal sealed record ApiOperation(HttpMethod Method, string Path, JsonObject Json)
{
    public Regex Pattern { get; } = new($"^{string.Join('/', Path.Split('/').Select(step => StepPattern(step, Json)))}/?$", RegexOptions.None, TimeSpan.FromSeconds(5));

    public JsonObject Responses => Json["responses"]!.AsObject();

    public IReadOnlyList<JsonObject> Parameters { get; } = [.. (Json["parameters"]?.AsArray() ?? []).Select(parameter => ApiContract.Resolve(parameter!))];

    public override string ToString() => $"{Method} {Path}";

    private static string StepPattern(string step, JsonObject operation)
    {
        if (!step.StartsWith('{'))
            return Regex.Escape(step);
        var takesRest = operation["parameters"]!.AsArray().Any(parameter =>
            (string?)parameter!["name"] == step.Trim('{', '}') && parameter["x-rest-of-path"] is not null);
        return takesRest ? ".+" : "[^/]+";
    }
}
