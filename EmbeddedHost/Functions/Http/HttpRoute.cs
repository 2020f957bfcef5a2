using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedHost.Functions.Http;

/// <summary>The routes of HTTP functions, as the official host makes them of trigger and host.json.</summary>
internal static partial class HttpRoute
{
    /// <summary>The route template of a function; without one of its own it is its name.</summary>
    public static string TemplateOf(Function function, string prefix)
    {
        var route = ((HttpTriggerAttribute)function.Trigger).Route;
        return $"{prefix}/{(string.IsNullOrWhiteSpace(route) ? function.Name : route.Trim('/'))}".TrimStart('/');
    }

    /// <summary>Why this host cannot serve a function; <see langword="null"/> if it can.</summary>
    public static string? FindProblem(Function function, HttpTriggerAttribute trigger, string prefix)
    {
        if (LevelOf(function.TriggerParameter) is var level and not AuthorizationLevel.Anonymous)
            return $"this host has no keys, so its level must be {AuthorizationLevel.Anonymous} and not {level}";
        if (Function.ResultTypeOf(function.Method) is { } result && !typeof(IResult).IsAssignableFrom(result))
            return $"it returns {result}, and this host writes an {nameof(IResult)} only";
        try
        {
            RoutePatternFactory.Parse(TemplateOf(function, prefix));
            return null;
        }
        catch (RoutePatternException exception)
        {
            return $"its route '{trigger.Route}' does not parse: {exception.Message.TrimEnd('.')}";
        }
    }

    /// <summary>Whether ASP.NET Core binds a parameter, which is not the trigger's, as the official host does.</summary>
    public static bool Binds(ParameterInfo parameter, HttpTriggerAttribute trigger)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return type == typeof(CancellationToken)
            || ((type == typeof(string) || type == typeof(Guid) || type.IsPrimitive)
                && RoutePatternFactory.Parse(trigger.Route ?? "").GetParameter(parameter.Name!) is not null);
    }

    /// <summary>Functions that take the same method at the same route.</summary>
    public static IEnumerable<string> FindConflicts(IEnumerable<Function> functions, string prefix) => functions
        .Where(function => function.Trigger is HttpTriggerAttribute)
        .SelectMany(function => ((HttpTriggerAttribute)function.Trigger).Methods is { Length: > 0 } methods
            ? methods.Distinct(StringComparer.OrdinalIgnoreCase).Select(method => (Function: function, Method: method.ToUpperInvariant()))
            : [(function, "every method")])
        .GroupBy(
            taken => $"{taken.Method} at route '{ParameterName().Replace(TemplateOf(taken.Function, prefix), "")}'", StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1)
        .Select(group => $"Functions {string.Join(" and ", group.Select(taken => $"'{taken.Function.Name}'"))} both take {group.Key}.");

    // A trigger with methods alone has the level Anonymous at run time; the official host, which reads the source's attribute, takes Function.
    private static AuthorizationLevel LevelOf(ParameterInfo parameter) => parameter.GetCustomAttributesData()
        .First(attribute => attribute.AttributeType == typeof(HttpTriggerAttribute)).ConstructorArguments
        .FirstOrDefault(argument => argument.ArgumentType == typeof(AuthorizationLevel)).Value is int level
        ? (AuthorizationLevel)level
        : AuthorizationLevel.Function;

    // Templates that differ in their parameters' names alone match the same paths.
    [GeneratedRegex(@"(?<=\{\**)\w+", RegexOptions.None, 1000)]
    private static partial Regex ParameterName();
}
