using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Invocation;

/// <summary>The classes of functions that are not static.</summary>
internal static class FunctionClasses
{
    /// <summary>Notes classes whose constructor asks for a service that is not registered.</summary>
    public static void Check(FunctionCatalog catalog, IServiceProvider services, List<string> problems)
    {
        if (services.GetService<IServiceProviderIsService>() is not { } known) return;
        foreach (var group in catalog.Functions.Where(function => !function.Method.IsStatic).GroupBy(function => function.Method.DeclaringType!))
        {
            // With several constructors the container chooses; only one leaves no choice.
            if (group.Key.GetConstructors() is not [var constructor]) continue;
            foreach (var parameter in constructor.GetParameters().Where(parameter => !parameter.HasDefaultValue && !IsKeyed(parameter)))
            {
                if (known.IsService(parameter.ParameterType)) continue;
                problems.Add(
                    $"Function '{group.First().Name}': the constructor of {group.Key} asks for {parameter.ParameterType}, which is not a registered service.");
            }
        }
    }

    private static bool IsKeyed(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || parameter.IsDefined(typeof(ServiceKeyAttribute));
}
