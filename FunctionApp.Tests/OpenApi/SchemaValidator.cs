using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionApp.Tests.OpenApi;

/// <summary>Validates JSON against the part of JSON Schema 2020-12 that the document uses; a keyword beyond it is an error.</summary>
/// <remarks>Stricter than JSON Schema in one way: a member that the schema does not name, and does not expressly allow, is an error.</remarks>
internal static class SchemaValidator
{
    private static readonly HashSet<string> Annotations =
        ["description", "default", "example", "examples", "contentMediaType", "title"];

    private static readonly TimeSpan RegexLimit = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong, each with the path to it; empty where the value fits.</summary>
    public static IReadOnlyList<string> Validate(JsonNode schema, JsonNode? value)
    {
        var errors = new List<string>();
        Validate(schema.AsObject(), value, "$", errors);
        return errors;
    }

    private static void Validate(JsonObject schema, JsonNode? value, string path, List<string> errors)
    {
        if (schema.ContainsKey("$ref"))
        {
            Validate(ApiContract.Resolve(schema), value, path, errors);
            return;
        }

        foreach ((string keyword, JsonNode? rule) in schema)
        {
            if (!Annotations.Contains(keyword) && !Holds(schema, keyword, rule!, value, path, errors))
                errors.Add($"{path}: {value?.ToJsonString() ?? "null"} does not fit {keyword} {rule!.ToJsonString()}");
        }
        if (value is JsonObject members && schema["properties"] is not null && schema["additionalProperties"] is null)
            errors.AddRange(members.Where(member => schema["properties"]![member.Key] is null).Select(member => $"{path}.{member.Key} is not documented"));
    }

    private static bool Holds(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string path, List<string> errors)
    {
        switch (keyword)
        {
            case "type":
                return (rule is JsonArray types ? types.Select(type => (string)type!) : [(string)rule!]).Any(type => IsType(type, value));
            case "enum":
                return rule.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value));
            case "const":
                return JsonNode.DeepEquals(rule, value);
            case "anyOf":
                return rule.AsArray().Any(option => Validate(option!, value).Count == 0);
            case "required":
                return value is not JsonObject required || rule.AsArray().All(name => required.ContainsKey((string)name!));
            case "properties":
                foreach ((string name, JsonNode? member) in value as JsonObject ?? [])
                {
                    if (rule[name] is { } property)
                        Validate(property.AsObject(), member, $"{path}.{name}", errors);
                }
                return true;
            case "additionalProperties":
                return AreAllowed(schema, rule, value as JsonObject ?? [], path, errors);
            case "propertyNames":
                return value is not JsonObject named || named.All(member => Validate(rule, JsonValue.Create(member.Key)).Count == 0);
            case "items":
                foreach ((int index, JsonNode? item) in (value as JsonArray ?? []).Index())
                    Validate(rule.AsObject(), item, $"{path}[{index}]", errors);
                return true;
            default:
                return IsInBounds(keyword, rule, value);
        }
    }

    private static bool IsInBounds(string keyword, JsonNode rule, JsonNode? value)
    {
        JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
        string? text = kind == JsonValueKind.String ? (string)value! : null;
        double? number = kind == JsonValueKind.Number ? double.Parse(value!.ToJsonString(), CultureInfo.InvariantCulture) : null;
        return keyword switch
        {
            "minimum" => number is null || number >= (double)rule,
            "maximum" => number is null || number <= (double)rule,
            "minLength" => text is null || text.Length >= (int)rule,
            "maxLength" => text is null || text.Length <= (int)rule,
            "pattern" => text is null || Regex.IsMatch(text, (string)rule!, RegexOptions.None, RegexLimit),
            "minItems" => value is not JsonArray few || few.Count >= (int)rule,
            "maxItems" => value is not JsonArray many || many.Count <= (int)rule,
            "minProperties" => value is not JsonObject small || small.Count >= (int)rule,
            "maxProperties" => value is not JsonObject large || large.Count <= (int)rule,
            "format" => text is null || IsFormat((string)rule!, text),
            _ => throw new NotSupportedException($"This validator does not know the keyword '{keyword}'."),
        };
    }

    private static bool AreAllowed(JsonObject schema, JsonNode rule, JsonObject members, string path, List<string> errors)
    {
        KeyValuePair<string, JsonNode?>[] others = [.. members.Where(member => schema["properties"]?[member.Key] is null)];
        if (rule is JsonValue)
            return (bool)rule || others.Length == 0;
        foreach ((string name, JsonNode? member) in others)
            Validate(rule.AsObject(), member, $"{path}.{name}", errors);
        return true;
    }

    private static bool IsType(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("string", JsonValueKind.String) or ("object", JsonValueKind.Object) => true,
        ("array", JsonValueKind.Array) or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => long.TryParse(value!.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    private static bool IsFormat(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        // Of this API: UTC and whole milliseconds.
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$", RegexOptions.ExplicitCapture, RegexLimit),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "int64" => true,
        _ => throw new NotSupportedException($"This validator does not know the format '{format}'."),
    };
}
