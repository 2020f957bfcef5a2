using System.Reflection;
using System.Text.Json.Nodes;
using Atelier.OpenApi;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.OpenApi;

public sealed class DocumentTests
{
    // Whatever no other route takes under /api.
    private const string CatchAll = "api/{*path}";

    [Fact]
    public void Document_ComparedWithTheFunctions_HasExactlyTheirOperations()
    {
        string[] documented = [.. ApiContract.Operations.Select(operation => operation.ToString()).Order(StringComparer.Ordinal)];
        string[] there = [.. Functions().Order(StringComparer.Ordinal)];

        Assert.Equal(documented, there);
    }

    [Fact]
    public void Document_EveryReference_LeadsSomewhereAndEveryComponentIsUsed()
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
        int examples = 0;
        Walk(ApiContract.Document, node =>
        {
            if (node["schema"] is not { } schema)
                return;
            IEnumerable<JsonNode?> values = node["examples"] is JsonObject several
                ? several.Select(example => ApiContract.Resolve(example.Value!)["value"])
                : node.TryGetPropertyValue("example", out JsonNode? one) ? [one] : [];
            foreach (JsonNode? value in values)
            {
                examples++;
                Assert.Empty(SchemaValidator.Validate(schema, value));
            }
        });

        Assert.InRange(examples, 20, int.MaxValue);
    }

    [Fact]
    public void Document_EveryOperation_TellsItsParametersAndErrors()
    {
        Assert.All(ApiContract.Operations, operation =>
        {
            IEnumerable<string> inPath = operation.Path.Split('/').Where(step => step.StartsWith('{')).Select(step => step.Trim('{', '}'));
            Assert.Equal(inPath, operation.Parameters.Where(parameter => (string)parameter["in"]! == "path").Select(parameter => (string)parameter["name"]!));
            Assert.Contains("500", operation.Responses.Select(response => response.Key));
            Assert.Contains(operation.Responses, response => response.Key[0] is '2');
            Assert.False(string.IsNullOrWhiteSpace((string?)operation.Json["description"]));
        });
        Assert.Equal(ApiContract.Operations.Count, ApiContract.Operations.Select(operation => (string)operation.Json["operationId"]!).Distinct().Count());
    }

    [Fact]
    public void Validator_AnswerThatIsNotAsDocumented_IsFound()
    {
        ApiOperation operation = ApiContract.Find(HttpMethod.Get, "/api/health/live")!;

        Assert.Empty(ApiContract.Check(operation, 200, "application/json", """{"status":"ok"}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", """{"status":"fine"}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", """{"status":"ok","more":1}"""));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "application/json", "{}"));
        Assert.NotEmpty(ApiContract.Check(operation, 200, "text/plain", "ok"));
        Assert.NotEmpty(ApiContract.Check(operation, 418, "application/json", """{"status":"ok"}"""));
    }

    private static IEnumerable<string> Functions() =>
        from type in typeof(ApiDocument).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(FunctionAttribute))
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(found => found is not null)
        // The page and its files are no part of the API.
        where trigger is not null && trigger.Route != CatchAll && trigger.Route!.StartsWith("api/", StringComparison.Ordinal)
        from verb in trigger.Methods!
            // A parameter that takes the rest of a path has a star in the route and none in the document.
        select $"{verb.ToUpperInvariant()} /{trigger.Route!.Replace("{*", "{", StringComparison.Ordinal)}";

    private static void Walk(JsonNode? node, Action<JsonObject> visit)
    {
        if (node is JsonObject members)
        {
            visit(members);
            foreach ((_, JsonNode? member) in members)
                Walk(member, visit);
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items)
                Walk(item, visit);
        }
    }
}
