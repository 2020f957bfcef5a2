using System.Collections.ObjectModel;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Invocation;

/// <summary>
/// Gives a parameter what a converter of the application makes of it: the one that the parameter or its type names, or else the first of the
/// registered ones that does anything. The worker's own binder is asked in its place among them.
/// </summary>
/// <param name="parameter">The parameter.</param>
/// <param name="named">The type of the converter that the parameter or its type names; <see langword="null"/> for none.</param>
/// <param name="inner">The worker's own binder; <see langword="null"/> where it has none.</param>
internal sealed class ConvertingBinder(ParameterInfo parameter, Type? named, ParameterBinder? inner) : ParameterBinder(parameter)
{
    /// <summary>Under which name converters find the parameter's binding attribute.</summary>
    public const string BindingAttribute = "bindingAttribute";

    private readonly IReadOnlyDictionary<string, object> _properties = parameter.GetCustomAttribute<BindingAttribute>() is { } attribute
        ? new Dictionary<string, object>(StringComparer.Ordinal) { [BindingAttribute] = attribute }
        : ReadOnlyDictionary<string, object>.Empty;

    public ParameterBinder? Inner => inner;

    public override async ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        var converters = context.RootServices.GetRequiredService<InputConverters>();
        var conversion = new Conversion(Type, BindingSource.Of(context, Name), context, _properties);
        if (named is not null && await ConvertAsync(converters.Get(named), conversion) is { Status: ConversionStatus.Succeeded } own) return own.Value;
        foreach (var converter in converters.Registered)
        {
            if (converter is not null)
            {
                if (await ConvertAsync(converter, conversion) is { Status: ConversionStatus.Succeeded } result) return result.Value;
            }
            else if (inner is not null && (conversion.Source is not null || !inner.IsByName))
            {
                return await inner.BindAsync(context);
            }
        }

        return Missing(context);
    }

    private async ValueTask<ConversionResult> ConvertAsync(IInputConverter converter, Conversion conversion)
    {
        if (!Supports(converter.GetType())) return ConversionResult.Unhandled();
        var result = await converter.ConvertAsync(conversion);
        return result.Status is ConversionStatus.Failed
            ? throw new FunctionInputConverterException(
                $"Function '{conversion.FunctionContext.FunctionDefinition.Name}': {converter.GetType()} cannot convert to parameter '{Name}' of type "
                + $"{Type}: {result.Error?.Message}",
                result.Error)
            : result;
    }

    private bool Supports(Type converter)
    {
        var supported = converter.GetCustomAttributes<SupportedTargetTypeAttribute>().ToList();
        return named is null || supported.Count == 0 || supported.Exists(type => type.TargetType == Type);
    }

    private sealed class Conversion(
        Type targetType, object? source, FunctionContext context, IReadOnlyDictionary<string, object> properties) : ConverterContext
    {
        public override Type TargetType => targetType;

        public override object? Source => source;

        public override FunctionContext FunctionContext => context;

        public override IReadOnlyDictionary<string, object> Properties => properties;
    }
}
