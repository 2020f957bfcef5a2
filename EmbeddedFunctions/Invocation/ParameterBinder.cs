using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Invocation;

/// <summary>Gives a parameter its value in each invocation.</summary>
internal abstract class ParameterBinder(ParameterInfo parameter)
{
    /// <summary>Whether the value is one that the trigger may have brought along under the parameter's name, or not.</summary>
    public virtual bool IsByName => false;

    /// <summary>The parameter's name.</summary>
    protected string Name { get; } = parameter.Name!;

    /// <summary>The parameter's type.</summary>
    protected Type Type { get; } = parameter.ParameterType;

    /// <summary>The value in an invocation.</summary>
    /// <exception cref="FunctionInputConverterException">There is none that fits the parameter.</exception>
    public abstract ValueTask<object?> BindAsync(EmbeddedFunctionContext context);

    /// <summary>What a parameter gets when there is no value: its default, or <see langword="null"/> where its type has that.</summary>
    protected object? Missing(EmbeddedFunctionContext context)
    {
        if (parameter.HasDefaultValue) return parameter.DefaultValue;
        return !Type.IsValueType || Nullable.GetUnderlyingType(Type) is not null
            ? null
            : throw new FunctionInputConverterException(
                $"Function '{context.Function.Name}': there is no value for parameter '{Name}' of type {Type}. Give the parameter a default value.");
    }

    /// <summary>The error of a value that does not fit, which names function, parameter, type and the place in the JSON.</summary>
    protected FunctionInputConverterException Misfit(EmbeddedFunctionContext context, string what, Exception exception)
    {
        var place = exception is JsonException { Path: { Length: > 1 } path } ? $" at {path}" : string.Empty;
        return new FunctionInputConverterException(
            $"Function '{context.Function.Name}': {what} does not fit parameter '{Name}' of type {Type}{place}: {exception.Message}", exception);
    }
}

/// <summary>Gives a parameter a value that the context holds.</summary>
internal sealed class ContextValueBinder(ParameterInfo parameter, Func<EmbeddedFunctionContext, object?> get) : ParameterBinder(parameter)
{
    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context) => new(get(context));
}

/// <summary>Gives a parameter the durable client.</summary>
internal sealed class DurableClientBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    private DurableTaskClient? _client;

    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context) =>
        new(_client ??= context.RootServices.GetRequiredService<DurableTaskClient>());
}
