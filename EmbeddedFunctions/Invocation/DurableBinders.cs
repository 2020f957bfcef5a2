using System.Reflection;
using System.Text.Json;
using EmbeddedFunctions.Engine;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace EmbeddedFunctions.Invocation;

/// <summary>Gives an activity's trigger parameter the input.</summary>
internal sealed class ActivityInputBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        var input = context.Activity!.SerializedInput;
        if (input is null) return new(Missing(context));
        try
        {
            return new(JsonDataConverter.Worker.Deserialize(input, Type) ?? Missing(context));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Misfit(context, "the input", exception);
        }
    }
}

/// <summary>Gives an activity's parameter the input's property of the same name, in any case.</summary>
internal sealed class ActivityPropertyBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    public override bool IsByName => true;

    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        if (context.Activity!.SerializedInput is not { } input || BindingSource.PropertyOf(input, Name) is not { } property) return new(Missing(context));
        try
        {
            return new(JsonDataConverter.Worker.Deserialize(property.Value.GetRawText(), Type) ?? Missing(context));
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Misfit(context, $"the input's property '{property.Name}'", exception);
        }
    }
}

/// <summary>Gives an orchestrator's second parameter the input; without one, the type's default.</summary>
internal sealed class OrchestrationInputBinder(ParameterInfo parameter) : ParameterBinder(parameter)
{
    private readonly object? _default = parameter.HasDefaultValue ? parameter.DefaultValue
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
        : null;

    public override ValueTask<object?> BindAsync(EmbeddedFunctionContext context)
    {
        if (context.Orchestration is not IOrchestrationInput input)
        {
            throw new FunctionInputConverterException($"Function '{context.Function.Name}': the orchestration does not tell its input.");
        }

        try
        {
            return new(input.GetInput(Type) ?? _default);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw Misfit(context, "the input", exception);
        }
    }
}

/// <summary>What an activity knows of its call.</summary>
internal sealed class EmbeddedActivityContext(FunctionEntry function, ActivityInvocation call) : TaskActivityContext
{
    public override TaskName Name => new(function.Name);

    public override string InstanceId => call.InstanceId;
}
