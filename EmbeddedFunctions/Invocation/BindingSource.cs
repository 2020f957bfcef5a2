using System.Text.Json;

namespace EmbeddedFunctions.Invocation;

/// <summary>What a trigger brought along under a parameter's name, as converters are given it.</summary>
internal static class BindingSource
{
    public static object? Of(EmbeddedFunctionContext context, string name)
    {
        var isTrigger = context.Function.TriggerParameter == name;
        if (isTrigger && context.HttpContext is not null) return context.RequestData;
        if (isTrigger && context.Timer is not null) return context.BindingContext.BindingData["TimerTrigger"];
        if (context.BindingContext.BindingData.TryGetValue(name, out var value)) return value;
        return context.Activity?.SerializedInput is { } input ? PropertyOf(input, name)?.Value.ToString() : null;
    }

    /// <summary>A JSON object's property, by its name in any case; <see langword="null"/> for none, and where the JSON is no object.</summary>
    public static (string Name, JsonElement Value)? PropertyOf(string json, string name)
    {
        if (!json.AsSpan().TrimStart().StartsWith("{")) return null;
        using var document = JsonDocument.Parse(json);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return (property.Name, property.Value.Clone());
        }

        return null;
    }
}
