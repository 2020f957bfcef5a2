using System.Reflection;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Timers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Invocation;

/// <summary>Finds out where each parameter of a function gets its value from, or that there is nowhere.</summary>
internal sealed class BinderFactory(TriggerKind kind, bool hasConverters, List<string> problems)
{
    private bool _hasOrchestrationInput;

    /// <summary>The parameter's binder; <see langword="null"/> with a problem noted where there is none.</summary>
    public ParameterBinder? Create(ParameterInfo parameter)
    {
        var binder = parameter.ParameterType.IsByRef ? null
            : parameter.IsDefined(typeof(TriggerBindingAttribute)) ? ForTrigger(parameter)
            : parameter.GetCustomAttribute<InputBindingAttribute>() is { } input ? ForInput(parameter, input)
            : Plain(parameter) ?? ForKind(parameter);
        if (!parameter.ParameterType.IsByRef && NamedConverter(parameter, problems, out var named) && (named is not null || hasConverters))
        {
            return new ConvertingBinder(parameter, named, binder);
        }

        if (binder is null)
        {
            problems.Add($"parameter '{parameter.Name}' of type {parameter.ParameterType} cannot be bound{Hint(parameter)}");
        }

        return binder;
    }

    private static InputConverterAttribute? ConverterOf(ParameterInfo parameter) =>
        parameter.GetCustomAttributes<InputConverterAttribute>().FirstOrDefault()
        ?? parameter.ParameterType.GetCustomAttributes<InputConverterAttribute>().FirstOrDefault();

    /// <summary>The converter that the parameter or its type names; <see langword="null"/> for none.</summary>
    /// <returns>Whether what it names, if anything, is a converter; a problem is noted where it is not.</returns>
    private static bool NamedConverter(ParameterInfo parameter, List<string> problems, out Type? named)
    {
        named = ConverterOf(parameter) is { } attribute and not FromBodyAttribute ? attribute.ConverterType : null;
        if (named is null || typeof(IInputConverter).IsAssignableFrom(named)) return true;
        problems.Add($"parameter '{parameter.Name}' names {named} as its converter, which is no {nameof(IInputConverter)}");
        return false;
    }

    private static ContextValueBinder? Plain(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(FunctionContext)) return new ContextValueBinder(parameter, static context => context.Life?.FunctionContext ?? context);
        return parameter.ParameterType == typeof(CancellationToken)
            ? new ContextValueBinder(parameter, static context => context.CancellationToken)
            : null;
    }

    private static DurableClientBinder? ForInput(ParameterInfo parameter, InputBindingAttribute input) =>
        input is DurableClientAttribute && parameter.ParameterType == typeof(DurableTaskClient) ? new DurableClientBinder(parameter) : null;

    private ParameterBinder? ForTrigger(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        switch (kind)
        {
            case TriggerKind.Http when type == typeof(HttpRequest):
                return new ContextValueBinder(parameter, static context => context.HttpContext!.Request);
            case TriggerKind.Http when type == typeof(HttpRequestData):
                return new ContextValueBinder(parameter, static context => context.RequestData);
            case TriggerKind.Orchestration when type == typeof(TaskOrchestrationContext):
                return new ContextValueBinder(parameter, static context => context.Orchestration);
            case TriggerKind.Activity when type == typeof(TaskActivityContext):
                return new ContextValueBinder(parameter, static context => new EmbeddedActivityContext(context.Function, context.Activity!));
            case TriggerKind.Timer when type == typeof(TimerInfo):
                return new ContextValueBinder(parameter, static context => context.Timer);
            case TriggerKind.Activity:
                return (ParameterBinder?)Plain(parameter) ?? (IsData(type) ? new ActivityInputBinder(parameter) : null);
            case TriggerKind.Timer:
                return (ParameterBinder?)Plain(parameter) ?? (IsData(type) ? new TimerDataBinder(parameter) : null);
            default:
                return null;
        }
    }

    private ParameterBinder? ForKind(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (ConverterOf(parameter) is FromBodyAttribute) return kind is TriggerKind.Http && !type.IsPointer ? new BodyBinder(parameter) : null;

        switch (kind)
        {
            case TriggerKind.Http when IsData(type):
                return new HttpValueBinder(parameter);
            case TriggerKind.Activity when type == typeof(TaskActivityContext):
                return new ContextValueBinder(parameter, static context => new EmbeddedActivityContext(context.Function, context.Activity!));
            case TriggerKind.Activity when type == typeof(string) && parameter.Name!.Equals("instanceId", StringComparison.OrdinalIgnoreCase):
                return new ContextValueBinder(parameter, static context => context.Activity!.InstanceId);
            case TriggerKind.Activity when IsData(type):
                return new ActivityPropertyBinder(parameter);
            case TriggerKind.Orchestration when !_hasOrchestrationInput && IsData(type):
                _hasOrchestrationInput = true;
                return new OrchestrationInputBinder(parameter);
            default:
                return null;
        }
    }

    /// <summary>Whether JSON can be read into the type: what is abstract, a delegate or a service is none of it.</summary>
    private static bool IsData(Type type) => !type.IsPointer
        && !type.IsByRefLike
        && !typeof(Delegate).IsAssignableFrom(type)
        && !typeof(Stream).IsAssignableFrom(type)
        && (!type.IsInterface || type.Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) is true)
        && (!type.IsAbstract || type.IsInterface || type.IsDefined(typeof(System.Text.Json.Serialization.JsonPolymorphicAttribute))
            || type.IsDefined(typeof(System.Text.Json.Serialization.JsonConverterAttribute))
            || type == typeof(System.Text.Json.Nodes.JsonNode));

    private string Hint(ParameterInfo parameter) => kind switch
    {
        TriggerKind.Http when parameter.IsDefined(typeof(TriggerBindingAttribute)) => ": use HttpRequest or HttpRequestData",
        TriggerKind.Orchestration when parameter.IsDefined(typeof(TriggerBindingAttribute)) => ": use TaskOrchestrationContext",
        TriggerKind.Orchestration when _hasOrchestrationInput => ": another parameter takes the input already",
        _ => string.Empty,
    };
}
