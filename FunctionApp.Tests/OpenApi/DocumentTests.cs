using System.Text.Json.Nodes;

namespace FunctionApp.Tests.OpenApi;

public sealed class DocumentTests
{
    [Fact]
    public void Document_EveryReference_ResolvesAndEveryComponentIsUsed()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        Walk(ApiContract.Document, node =>
        {
            if ((string?)node["$ref"] is { } reference)
            {
                ApiContract.Resolve(node);
                used.Add(reference);
            }
        });

        var unused = ApiContract.Document["components"]!.AsObject()
            .Where(kind => kind.Key != "securitySchemes")
            .SelectMany(kind => kind.Value!.AsObject().Select(component => $"#/components/{kind.Key}/{component.Key}"))
            .Except(used);
        Assert.Empty(unused);
    }

    [Fact]
    public void Document_EveryExample_FitsItsSchema()
    {
        var examples = 0;
        Walk(ApiContract.Document, node =>
        {
            if (node["schema"] is not { } schema)
                return;
            var values = node["examples"] is JsonObject several
                ? several.Select(example => ApiContract.Resolve(example.Value!)["value"])
                : node.TryGetPropertyValue("example", out var one) ? [one] : [];
            foreach (var value in values)
            {
                examples++;
                Assert.Empty(SchemaValidator.Validate(schema, value));
            }
        });

        Assert.InRange(examples, 20, int.MaxValue);
    }

    [Fact]
    public void Document_EveryOperation_HasItsParametersAndErrors()
    {
        Assert.All(ApiContract.Operations, operation =>
        {
            var inPath = operation.Path.Split('/').Where(step => step.StartsWith('{')).Select(step => step.Trim('{', '}'));
            Assert.Equal(inPath, operation.Parameters.Where(parameter => (string)parameter["in"]! == "path").Select(parameter => (string)parameter["name"]!));
            Assert.Contains("500", operation.Responses.Select(response => response.Key));
            Assert.Contains(operation.Responses, response => response.Key[0] is '2');
            Assert.False(string.IsNullOrWhiteSpace((string?)operation.Json["description"]));
        });
        Assert.Equal(ApiContract.Operations.Count, ApiContract.Operations.Select(operation => (string)operation.Json["operationId"]!).Distinct().Count());
    }

    [Fact]
    public void Validator_ResponseUnlikeTheDocument_IsFound()
    {
        var operation = ApiContract.Find(HttpMethod.Get, "/api/health/live")!;

        Assert.Empty(ApiContract.Check(operation, 200, "application/json", """{"status":"ok"}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", """{"status":"fine"}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", """{"status":"ok","more":1}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", "{}"));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "text/plain", "ok"));
        Assert.NotEmpty(ApiContract.Check(operation, 418, "application/json", """{"status":"ok"}"""));
    }

    private static void Walk(JsonNode? node, Action<JsonObject> visit)
    {
        if (node is JsonObject members)
        {
            visit(members);
            foreach ((_, var member) in members)
                Walk(member, visit);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Walk(item, visit);
        }
    }
}
