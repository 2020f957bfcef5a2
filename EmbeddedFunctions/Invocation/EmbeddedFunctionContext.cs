using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using RetryContext = Microsoft.Azure.Functions.Worker.RetryContext;

namespace EmbeddedFunctions.Invocation;

/// <summary>One invocation. What few invocations ask for is made when it is asked for: an activity's call should cost microseconds.</summary>
internal sealed class EmbeddedFunctionContext(FunctionEntry function, IServiceProvider rootServices, CancellationToken cancellationToken)
    : FunctionContext, IAsyncDisposable
{
    /// <summary>Where the items of an HTTP invocation hold the request.</summary>
    public const string HttpContextKey = "HttpRequestContext";

    private string? _invocationId;
    private TraceContext? _traceContext;
    private BindingContext? _bindingContext;
    private IServiceProvider? _instanceServices;
    private AsyncServiceScope? _scope;
    private IDictionary<object, object>? _items;
    private InvocationFeatures? _features;
    private InvocationInputs? _inputs;
    private UntypedInvocationResult? _result;
    private EmbeddedHttpRequestData? _requestData;

    public FunctionEntry Function { get; } = function;

    /// <summary>The application's services, without a scope.</summary>
    public IServiceProvider RootServices { get; } = rootServices;

    /// <summary>What the function returned, or what middleware put in its place.</summary>
    public object? ReturnValue { get; set; }

    /// <summary>The request, of an HTTP function.</summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>The call, of an activity.</summary>
    public ActivityInvocation? Activity { get; init; }

    /// <summary>The orchestration, of an orchestrator.</summary>
    public TaskOrchestrationContext? Orchestration { get; init; }

    /// <summary>The orchestrator that this is an episode of, where there is middleware around it.</summary>
    public OrchestratorLife? Life { get; init; }

    /// <summary>The run, of a timer function.</summary>
    public TimerInfo? Timer { get; init; }

    /// <summary>Which retry of a failed run this is; <see langword="null"/> in the first attempt.</summary>
    public RetryContext? Retry { get; init; }

    /// <summary>Runs after the function and its middleware, before the scope ends.</summary>
    public Func<EmbeddedFunctionContext, Task>? Finish { get; init; }

    /// <summary>What the function gave to its output bindings, by name; <see langword="null"/> for nothing.</summary>
    public Dictionary<string, object?>? Outputs { get; set; }

    /// <summary>The parameters' values, as far as middleware has asked for them.</summary>
    public InvocationInputs Inputs => _inputs ??= new InvocationInputs(this);

    public bool HasInputs => _inputs is not null;

    public bool HasFeatures => _features is not null;

    public bool HasItems => _items is not null;

    public InvocationResult Result => _result ??= new UntypedInvocationResult(this);

    /// <summary>The request, independent of ASP.NET Core's types; <see langword="null"/> where the trigger is not HTTP.</summary>
    public EmbeddedHttpRequestData? RequestData =>
        _requestData ??= HttpContext is null ? null : new EmbeddedHttpRequestData(this, HttpContext);

    /// <summary>Whether anything has asked for <see cref="RequestData"/>.</summary>
    public bool HasRequestData => _requestData is not null;

    public override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public override string FunctionId => Function.Definition.Id;

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override TraceContext TraceContext => _traceContext ??= EmbeddedTraceContext.Of(Activity?.TraceParent);

    public override BindingContext BindingContext => _bindingContext ??= new EmbeddedBindingContext(this);

    // The official property is not marked as nullable; its value without a retry of the host is null all the same.
    public override RetryContext RetryContext => Retry!;

    public override IServiceProvider InstanceServices
    {
        get
        {
            if (_instanceServices is null)
            {
                _scope = RootServices.CreateAsyncScope();
                _instanceServices = _scope.Value.ServiceProvider;
            }

            return _instanceServices;
        }

        set => _instanceServices = value;
    }

    public override IDictionary<object, object> Items
    {
        get => _items ??= HttpContext is null ? [] : new Dictionary<object, object> { [HttpContextKey] = HttpContext };
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= InvocationFeatures.Of(this);

    public override CancellationToken CancellationToken => cancellationToken;

    /// <summary>The context behind what the official extension methods are given.</summary>
    /// <exception cref="ArgumentException">It is not one of this host.</exception>
    public static EmbeddedFunctionContext Of(FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context as EmbeddedFunctionContext
            ?? (context as EpisodeFunctionContext)?.Episode
            ?? throw new ArgumentException($"A {context.GetType()} is not an invocation of this host.", nameof(context));
    }

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? ValueTask.CompletedTask;
}
