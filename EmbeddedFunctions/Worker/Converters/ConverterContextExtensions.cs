using EmbeddedFunctions.Invocation;

namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>What converters ask of their context.</summary>
public static class ConverterContextExtensions
{
    /// <summary>The parameter's binding attribute, whatever its type.</summary>
    public static bool TryGetBindingAttribute<T>(this ConverterContext context, out object? bindingAttribute)
        where T : Attribute => TryGetBindingAttribute(context, typeof(T), out bindingAttribute);

    /// <summary>The parameter's binding attribute, whatever its type.</summary>
    /// <exception cref="ArgumentException"><paramref name="type"/> is no attribute.</exception>
    public static bool TryGetBindingAttribute(this ConverterContext context, Type type, out object? bindingAttribute)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(Attribute).IsAssignableFrom(type)) throw new ArgumentException($"{type} is not an attribute.", nameof(type));
        return context.Properties.TryGetValue(ConvertingBinder.BindingAttribute, out bindingAttribute);
    }
}
