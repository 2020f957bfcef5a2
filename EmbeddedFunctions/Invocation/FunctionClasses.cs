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

    /// <summary>What makes an object of the class out of the services of an invocation.</summary>
    /// <remarks>A class with one plain constructor, as nearly every one is, needs none of the rules for choosing among several.</remarks>
    public static Func<IServiceProvider, object> Factory(Type type)
    {
        if (type.GetConstructors() is not [var constructor] || Array.Exists(constructor.GetParameters(), p => p.HasDefaultValue || IsKeyed(p)))
        {
            var factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
            return services => factory(services, arguments: null);
        }

        var types = Array.ConvertAll(constructor.GetParameters(), p => p.ParameterType);
        var invoker = ConstructorInvoker.Create(constructor);
        return services =>
        {
            var arguments = new object?[types.Length];
            for (var i = 0; i < types.Length; i++)
            {
                arguments[i] = services.GetService(types[i])
                    ?? throw new InvalidOperationException($"Unable to resolve service for type '{types[i]}' while attempting to activate '{type}'.");
            }

            return invoker.Invoke(arguments.AsSpan());
        };
    }

    private static bool IsKeyed(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(FromKeyedServicesAttribute)) || parameter.IsDefined(typeof(ServiceKeyAttribute));
}
