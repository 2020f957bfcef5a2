using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Http;

/// <summary>The routes of HTTP functions.</summary>
internal static class HttpRoutes
{
    /// <summary>The route template of a function, prefix included.</summary>
    public static string TemplateOf(HttpTriggerAttribute trigger, string function, string prefix)
    {
        var route = string.IsNullOrWhiteSpace(trigger.Route) ? function : trigger.Route.Trim('/');
        return prefix.Length == 0 ? route : $"{prefix}/{route}";
    }

    /// <summary>The methods that a function takes, in upper case; none for all.</summary>
    public static IReadOnlyList<string> MethodsOf(HttpTriggerAttribute trigger) =>
        [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct()];

    /// <summary>Notes what is wrong with a function's route.</summary>
    public static void Check(HttpTriggerAttribute trigger, string function, string prefix, List<string> problems)
    {
        var route = (trigger.Route ?? string.Empty).Trim('/');
        if (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase) || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"its route '{trigger.Route}' begins with a path that is the host's own");
        }

        foreach (var method in trigger.Methods ?? [])
        {
            if (method.Length == 0 || !method.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                problems.Add($"'{method}' is not an HTTP method");
            }
        }

        try
        {
            RoutePatternFactory.Parse(TemplateOf(trigger, function, prefix));
        }
        catch (RoutePatternException exception)
        {
            problems.Add($"its route '{trigger.Route}' does not parse: {exception.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Notes functions that take the same method at the same route.</summary>
    public static void CheckConflicts(IEnumerable<FunctionEntry> functions, string prefix, List<string> problems)
    {
        foreach (var group in functions.Where(f => f.Kind == TriggerKind.Http).GroupBy(f => Shape(f, prefix), StringComparer.OrdinalIgnoreCase))
        {
            var taken = new Dictionary<string, FunctionEntry>(StringComparer.Ordinal);
            foreach (var function in group)
            {
                var methods = MethodsOf((HttpTriggerAttribute)function.Trigger);
                var other = taken.FirstOrDefault(t => t.Key == "*" || methods.Count == 0 || methods.Contains(t.Key));
                if (other.Value is not null)
                {
                    var method = other.Key != "*" ? other.Key : methods.Count > 0 ? methods[0] : "every method";
                    problems.Add(
                        $"Functions '{other.Value.Name}' and '{function.Name}' both take {method} at route "
                        + $"'{TemplateOf((HttpTriggerAttribute)function.Trigger, function.Name, prefix)}'.");
                }

                foreach (var method in methods.Count == 0 ? ["*"] : methods) taken.TryAdd(method, function);
            }
        }
    }

    /// <summary>What two templates have in common that match the same paths: the parameters' names are of no matter.</summary>
    private static string Shape(FunctionEntry function, string prefix)
    {
        var pattern = RoutePatternFactory.Parse(TemplateOf((HttpTriggerAttribute)function.Trigger, function.Name, prefix));
        return string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart parameter =>
                $"{{{(parameter.IsCatchAll ? "*" : "")}:{string.Join(':', parameter.ParameterPolicies.Select(p => p.Content))}"
                + $"{(parameter.IsOptional || parameter.Default is not null ? "?" : "")}}}",
            _ => ".",
        }))));
    }
}
