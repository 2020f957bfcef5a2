using EmbeddedFunctions.Engine;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedFunctions.Hosting;

/// <summary>The app's functions, each behind the middleware, each invocation in a service scope of its own.</summary>
internal sealed class FunctionCatalog : IDurableFunctions
{
    private readonly IServiceScopeFactory _scopes;
    private readonly HostJson _host;
    private readonly FunctionExecutionDelegate _pipeline;
    private readonly Dictionary<string, FunctionDescriptor> _orchestrators;
    private readonly Dictionary<string, FunctionDescriptor> _activities;

    public FunctionCatalog(
        IReadOnlyList<FunctionDescriptor> functions,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        HostJson host,
        IServiceScopeFactory scopes)
    {
        All = functions;
        _host = host;
        _scopes = scopes;
        _orchestrators = Named<OrchestrationTriggerAttribute>(functions);
        _activities = Named<ActivityTriggerAttribute>(functions);
        FunctionExecutionDelegate pipeline = CallAsync;
        for (var i = middleware.Count - 1; i >= 0; i--)
        {
            pipeline = middleware[i](pipeline);
        }

        _pipeline = pipeline;
    }

    public IReadOnlyList<FunctionDescriptor> All { get; }

    public IReadOnlyCollection<string> OrchestratorNames => _orchestrators.Keys;

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<string?> RunOrchestratorAsync(TaskOrchestrationContext context)
    {
        var function = _orchestrators[context.Name.Name];
        await using var scope = _scopes.CreateAsyncScope();
        var invocation = new Invocation(function, scope.ServiceProvider, static () => NoData, traceParent: null, CancellationToken.None)
        {
            Trigger = context,
        };
        await _pipeline(invocation);
        return Serialize(function, invocation.Result.Value);
    }

    public async Task<string?> RunActivityAsync(ActivityInvocation activity, CancellationToken cancellationToken)
    {
        var function = _activities[activity.Name];
        var result = await RunAsync(function, activity, http: null, () => ActivityData(function, activity), activity.TraceParent, cancellationToken);
        return Serialize(function, result);
    }

    /// <summary>Runs any function but an orchestrator, within the time that host.json allows.</summary>
    public async Task<object?> RunAsync(
        FunctionDescriptor function,
        object? trigger,
        Microsoft.AspNetCore.Http.HttpContext? http,
        Func<IReadOnlyDictionary<string, object?>> bindingData,
        string? traceParent,
        CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_host.FunctionTimeout is { } limit)
        {
            timeout.CancelAfter(limit);
        }

        var invocation = new Invocation(function, scope.ServiceProvider, bindingData, traceParent, timeout.Token) { Trigger = trigger, Http = http };
        if (http is not null)
        {
            invocation.Items[Invocation.HttpContextItem] = http;
        }

        try
        {
            await _pipeline(invocation);
            return invocation.Result.Value;
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Timeout value of {_host.FunctionTimeout} exceeded by function '{function.Name}'.", exception);
        }
    }

    private static readonly IReadOnlyDictionary<string, object?> NoData = new Dictionary<string, object?>();

    private static async Task CallAsync(FunctionContext context)
    {
        var invocation = (Invocation)context;
        invocation.Result.Value = await ((FunctionDescriptor)invocation.FunctionDefinition).Call.InvokeAsync(invocation);
    }

    private static Dictionary<string, object?> ActivityData(FunctionDescriptor function, ActivityInvocation activity) =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["data"] = activity.SerializedInput,
            ["instanceId"] = activity.InstanceId,
            [function.TriggerParameter.Name!] = activity.SerializedInput,
        };

    /// <remarks>Declared types rule: a derived object in a base-typed result loses its own properties.</remarks>
    private static string? Serialize(FunctionDescriptor function, object? value) => function.Call.ResultType == typeof(void) || value is null
        ? null
        : JsonDataConverter.Worker.Serialize(value);

    private static Dictionary<string, FunctionDescriptor> Named<T>(IEnumerable<FunctionDescriptor> functions) =>
        functions.Where(f => f.Trigger is T).ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
}
