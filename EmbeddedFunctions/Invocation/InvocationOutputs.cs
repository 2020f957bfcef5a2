using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Invocation;

/// <summary>What an HTTP function returns that holds its answer in a property.</summary>
internal static class InvocationOutputs
{
    /// <summary>The property with <c>[HttpResult]</c>, or else the one of type <c>HttpResponseData</c>; <see langword="null"/> for none.</summary>
    /// <exception cref="AmbiguousMatchException">There is more than one.</exception>
    public static PropertyInfo? HttpPropertyOf(Type? resultType)
    {
        if (resultType is null || HttpResultTypes(resultType)) return null;
        var properties = resultType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(HttpResultAttribute)) || typeof(HttpResponseData).IsAssignableFrom(property.PropertyType))
            .ToList();
        return properties.Count <= 1
            ? properties.FirstOrDefault()
            : throw new AmbiguousMatchException($"{resultType} has more than one property for the answer to the caller");
    }

    private static bool HttpResultTypes(Type type) => type.IsPrimitive || type == typeof(string) || type == typeof(object)
        || Http.HttpResults.IsWritten(type);
}

/// <summary>A binding's value among an invocation's outputs.</summary>
internal sealed class InvocationOutput<T>(EmbeddedFunctionContext context, BindingMetadata binding) : OutputBindingData<T>
{
    public override string BindingType => binding.Type;

    public override string Name => binding.Name;

    public override T? Value
    {
        get => context.Outputs is { } outputs && outputs.TryGetValue(binding.Name, out var value) && value is T typed ? typed : default;
        set => (context.Outputs ??= new Dictionary<string, object?>(StringComparer.Ordinal))[binding.Name] = value;
    }
}
