using EmbeddedFunctions.Hosting;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Http;

/// <summary>The routes of HTTP functions: the host's prefix, and the function's template or its name.</summary>
internal static class HttpRoutes
{
    public static string TemplateOf(FunctionDescriptor function, HostJson host)
    {
        var route = ((HttpTriggerAttribute)function.Trigger).Route ?? function.Name;
        return host.RoutePrefix.Length == 0 ? $"/{route.TrimStart('/')}" : $"/{host.RoutePrefix}/{route.TrimStart('/')}";
    }

    /// <summary>Methods in upper case; empty for all.</summary>
    public static string[] MethodsOf(FunctionDescriptor function) =>
        ((HttpTriggerAttribute)function.Trigger).Methods is { Length: > 0 } methods
            ? [.. methods.Select(m => m.ToUpperInvariant())]
            : [];

    /// <summary>Adds a mistake for each template that does not parse and each route that two functions claim for one method.</summary>
    public static void Check(IEnumerable<FunctionDescriptor> functions, HostJson host, List<string> mistakes)
    {
        var claimed = new Dictionary<(string Shape, string Method), string>();
        foreach (var function in functions.Where(f => f.Trigger is HttpTriggerAttribute))
        {
            RoutePattern pattern;
            try
            {
                pattern = RoutePatternFactory.Parse(TemplateOf(function, host));
            }
            catch (RoutePatternException exception)
            {
                mistakes.Add($"Function '{function.Name}': the route '{exception.Pattern}' cannot be read: {exception.Message}");
                continue;
            }

            var methods = MethodsOf(function);
            foreach (var method in methods.Length > 0 ? methods : ["any method"])
            {
                var shape = ShapeOf(pattern);
                if (!claimed.TryAdd((shape, method), function.Name))
                {
                    mistakes.Add(
                        $"Function '{function.Name}': {method} {pattern.RawText} is already the route of function '{claimed[(shape, method)]}'.");
                }
            }
        }
    }

    /// <summary>The template without its parameters' names: what two routes that cannot be told apart have in common.</summary>
    private static string ShapeOf(RoutePattern pattern) => string.Join(
        '/',
        pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
        {
            RoutePatternLiteralPart literal => literal.Content.ToLowerInvariant(),
            RoutePatternParameterPart parameter =>
                $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Join(':', parameter.ParameterPolicies.Select(c => c.Content))}{(parameter.IsOptional ? "?" : "")}}}",
            _ => ".",
        }))));
}
