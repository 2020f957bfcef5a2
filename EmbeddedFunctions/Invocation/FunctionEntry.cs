using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Invocation;

/// <summary>A function of the application, ready to be called: everything that can be known before a call is known here.</summary>
internal sealed class FunctionEntry(
    string name,
    TriggerKind kind,
    MethodInfo method,
    TriggerBindingAttribute trigger,
    IReadOnlyList<ParameterBinder> binders,
    FunctionDefinition definition,
    string triggerParameter,
    PropertyInfo? answer)
{
    private static readonly object?[] NoArguments = [];

    // Made at the first call: an app of many functions starts no slower for it.
    private readonly Lazy<FunctionCall> _call = new(() => MethodCalls.Of(method));
    private readonly Lazy<Func<IServiceProvider, object>>? _factory = method.IsStatic
        ? null
        : new Lazy<Func<IServiceProvider, object>>(() => FunctionClasses.Factory(method.DeclaringType!));

    // The application's own way of making objects, or this one where it has none.
    private object? _activator;

    /// <summary>The function's name, as declared.</summary>
    public string Name { get; } = name;

    public TriggerKind Kind { get; } = kind;

    public MethodInfo Method { get; } = method;

    /// <summary>The attribute that made it a function of its kind.</summary>
    public TriggerBindingAttribute Trigger { get; } = trigger;

    /// <summary>The name of the parameter that has it.</summary>
    public string TriggerParameter { get; } = triggerParameter;

    public IReadOnlyList<ParameterBinder> Binders { get; } = binders;

    public FunctionDefinition Definition { get; } = definition;

    /// <summary>What the method returns once it is awaited; <see langword="null"/> for nothing.</summary>
    public Type? ResultType { get; } = MethodCalls.ResultTypeOf(method);

    /// <summary>The property that holds the answer to the caller, in what an HTTP function returns; <see langword="null"/> for none.</summary>
    public PropertyInfo? HttpProperty { get; } = answer;

    /// <summary>Binds the parameters, makes the function's object and calls the method, on the caller's synchronization context.</summary>
    public async Task ExecuteAsync(EmbeddedFunctionContext context)
    {
        object?[] arguments;
        if (context.HasInputs)
        {
            arguments = (await context.Inputs.BindFunctionInputAsync(context)).Values;
        }
        else
        {
            arguments = Binders.Count == 0 ? NoArguments : new object?[Binders.Count];
            for (var i = 0; i < arguments.Length; i++)
            {
                var value = Binders[i].BindAsync(context);
                arguments[i] = value.IsCompletedSuccessfully ? value.Result : await value;
            }
        }

        var result = _call.Value(_factory is null ? null : MakeTarget(context), arguments);
        context.ReturnValue = result.IsCompletedSuccessfully ? result.Result : await result;
        if (HttpProperty is not null && context.ReturnValue is { } whole)
        {
            context.Outputs = new Dictionary<string, object?>(StringComparer.Ordinal) { [HttpProperty.Name] = HttpProperty.GetValue(whole) };
            context.ReturnValue = null;
        }
    }

    private object? MakeTarget(EmbeddedFunctionContext context)
    {
        _activator ??= context.RootServices.GetService<IFunctionActivator>() ?? (object)this;
        return _activator is IFunctionActivator activator
            ? activator.CreateInstance(Method.DeclaringType!, context)
            : _factory!.Value(context.InstanceServices);
    }
}
