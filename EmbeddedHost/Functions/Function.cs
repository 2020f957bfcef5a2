using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedHost.Functions;

/// <summary>A function of the app: its trigger, and how its method is called.</summary>
internal sealed class Function : FunctionDefinition
{
    private readonly MethodInvoker _invoker;
    private readonly Func<FunctionInvocation, object?>[] _arguments;
    private readonly PropertyInfo? _result;

    /// <param name="name">The name that <see cref="FunctionAttribute"/> gives.</param>
    /// <param name="method">The method that it marks.</param>
    /// <param name="triggerParameter">The parameter with the trigger's attribute.</param>
    public Function(string name, MethodInfo method, ParameterInfo triggerParameter)
    {
        Name = name;
        Method = method;
        TriggerParameter = triggerParameter;
        Trigger = triggerParameter.GetCustomAttribute<TriggerBindingAttribute>()!;
        _invoker = MethodInvoker.Create(method);
        _arguments = Array.ConvertAll(method.GetParameters(), ArgumentOf);
        _result = ResultTypeOf(method) is { } type && typeof(Task).IsAssignableFrom(method.ReturnType)
            ? typeof(Task<>).MakeGenericType(type).GetProperty(nameof(Task<>.Result))
            : null;
        var binding = Trigger.GetType().Name.Replace(nameof(Attribute), null, StringComparison.Ordinal);
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(
            triggerParameter.Name!, new TriggerMetadata(triggerParameter.Name!, char.ToLowerInvariant(binding[0]) + binding[1..]));
        Parameters = [.. method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];
    }

    public MethodInfo Method { get; }

    public ParameterInfo TriggerParameter { get; }

    public TriggerBindingAttribute Trigger { get; }

    /// <summary>The type of an orchestrator's or activity's input; <see cref="object"/> where no parameter takes it.</summary>
    public Type InputType => Array.Find(Method.GetParameters(), IsInput)?.ParameterType ?? typeof(object);

    public override string Name { get; }

    public override string Id => Name;

    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    public override string PathToAssembly => Method.Module.Assembly.Location;

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <summary>What a method returns once it is awaited; <see langword="null"/> for nothing.</summary>
    public static Type? ResultTypeOf(MethodInfo method) => method.ReturnType switch
    {
        var type when type == typeof(void) || type == typeof(Task) => null,
        { IsGenericType: true } type when type.GetGenericTypeDefinition() == typeof(Task<>) => type.GetGenericArguments()[0],
        var type => type,
    };

    /// <summary>Whether the host itself provides the parameter's value, so that it is not the input.</summary>
    public static bool IsKnown(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(FunctionContext)
        || parameter.ParameterType == typeof(CancellationToken)
        || parameter.ParameterType == typeof(TaskOrchestrationContext)
        || parameter.ParameterType == typeof(TaskActivityContext)
        || parameter.IsDefined(typeof(DurableClientAttribute));

    /// <summary>The object to call the method on; it lives as long as the scope of the invocation.</summary>
    public object? GetTarget(IServiceProvider services) => Method.IsStatic ? null : services.GetRequiredService(Method.DeclaringType!);

    /// <summary>Calls the method with the invocation's values, and awaits it.</summary>
    public async Task<object?> CallAsync(FunctionInvocation invocation)
    {
        var arguments = Array.ConvertAll(_arguments, get => get(invocation));
        var returned = _invoker.Invoke(GetTarget(invocation.InstanceServices), arguments.AsSpan());
        if (returned is not Task task) return returned;
        await task; // On the caller's synchronization context: an orchestrator's must stay its own.
        return _result?.GetValue(task);
    }

    private static bool IsInput(ParameterInfo parameter) => !IsKnown(parameter);

    private static Func<FunctionInvocation, object?> ArgumentOf(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(FunctionContext)) return invocation => invocation;
        if (parameter.ParameterType == typeof(CancellationToken)) return invocation => invocation.CancellationToken;
        if (parameter.ParameterType == typeof(DurableTaskClient))
            return invocation => invocation.InstanceServices.GetRequiredService<DurableTaskClient>();
        return IsKnown(parameter) ? invocation => invocation.TriggerContext : invocation => invocation.Input;
    }

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
