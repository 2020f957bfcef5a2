using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;

namespace EmbeddedFunctions.Http;

/// <summary>HTTP functions that use ASP.NET Core's types.</summary>
internal static class WebFunctions
{
    /// <summary>Notes the functions that use them in an application that did not ask for it: the official worker has no values for them then.</summary>
    public static void CheckUnused(FunctionCatalog catalog, List<string> problems) => problems.AddRange(catalog.Of(TriggerKind.Http)
        .Where(function => function.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(HttpRequest)))
        .Select(function => $"Function '{function.Name}' takes an HttpRequest: call builder.ConfigureFunctionsWebApplication() first."));
}
