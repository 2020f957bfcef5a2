using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace FunctionApp.Tests.OpenApi;

/// <summary>Validates JSON against schemas of the document.</summary>
/// <remarks>Stricter than JSON Schema in one way: a member that the schema does not name, and does not expressly allow, is an error.</remarks>
internal static class SchemaValidator
{
    private const string Components = "#/components/schemas/";

    private static readonly ConcurrentDictionary<string, JsonSchema> Built = new(StringComparer.Ordinal);

    private static readonly JsonObject Definitions = Closed(ApiContract.Document["components"]!["schemas"]!).AsObject();

    private static readonly EvaluationOptions Options = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
        FormatRegistry = Formats(),
    };

    /// <summary>What is wrong, each with the path to it; empty where the value fits.</summary>
    public static IReadOnlyList<string> Validate(JsonNode schema, JsonNode? value)
    {
        var results = Built.GetOrAdd(schema.ToJsonString(), Build).Evaluate(JsonSerializer.SerializeToElement(value), Options);
        return results.IsValid
            ? []
            : [.. (results.Details ?? []).SelectMany(detail => detail.Errors ?? [], (detail, error) => $"{detail.InstanceLocation}: {error.Key} {error.Value}")];
    }

    private static JsonSchema Build(string json)
    {
        var schema = Closed(JsonNode.Parse(json)!).AsObject();
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        schema["$defs"] = Definitions.DeepClone();
        return JsonSchema.FromText(schema.ToJsonString());
    }

    /// <summary>A copy whose objects allow no other members than those that it names, and whose references point into <c>$defs</c>.</summary>
    private static JsonNode Closed(JsonNode node)
    {
        switch (node)
        {
            case JsonArray items:
                return new JsonArray([.. items.Select(item => item is null ? null : Closed(item))]);
            case JsonObject members:
                var copy = new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : Closed(member.Value))));
                if (copy["$ref"] is JsonValue reference && ((string)reference!).StartsWith(Components, StringComparison.Ordinal))
                    copy["$ref"] = $"#/$defs/{((string)reference!)[Components.Length..]}";
                if (copy["properties"] is JsonObject && copy["additionalProperties"] is null)
                    copy["additionalProperties"] = false;
                return copy;
            default:
                return node.DeepClone();
        }
    }

    private static FormatRegistry Formats()
    {
        var formats = new FormatRegistry();
        // Of this API: UTC, and a fraction no finer than 100 ns.
        formats.Register(new RegexFormat("date-time", @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$"));
        formats.Register(new PredicateFormat("int64", value => value.ValueKind != JsonValueKind.Number || value.TryGetInt64(out _)));
        return formats;
    }
}
