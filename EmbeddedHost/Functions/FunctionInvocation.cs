using System.Collections;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedHost.Functions;

/// <summary>One invocation, as middleware and functions see it.</summary>
internal sealed class FunctionInvocation(Function function, IServiceProvider services, CancellationToken cancellationToken) : FunctionContext
{
    // Where GetHttpContext() looks; the constant of Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore is internal.
    private const string HttpContextKey = "HttpRequestContext";

    /// <summary>The innermost step of the pipeline, after all middleware.</summary>
    public required Func<FunctionInvocation, Task<object?>> Call { get; init; }

    /// <summary>The context that an orchestrator or activity may take as a parameter.</summary>
    public object? TriggerContext { get; init; }

    /// <summary>The value of the parameter that takes the input.</summary>
    public object? Input { get; init; }

    /// <summary>The request of an HTTP function.</summary>
    public HttpContext? HttpContext
    {
        init => Items[HttpContextKey] = value!;
    }

    /// <summary>What the function returned; <see langword="null"/> where middleware did not let it run.</summary>
    public object? Result { get; set; }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override FunctionDefinition FunctionDefinition => function;

    public override TraceContext TraceContext { get; } = new CurrentTrace();

    public override BindingContext BindingContext { get; } = new NoBindingData();

    // Declared as not null officially, and null there for a function without retries of the host.
    public override RetryContext RetryContext => null!;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    public override CancellationToken CancellationToken => cancellationToken;

    private sealed class CurrentTrace : TraceContext
    {
        public override string TraceParent { get; } = Activity.Current?.Id ?? string.Empty;

        public override string TraceState { get; } = Activity.Current?.TraceStateString ?? string.Empty;
    }

    private sealed class NoBindingData : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData =>
            throw new NotSupportedException("EmbeddedHost has no binding data: use the function's parameters for the trigger's data.");
    }

    private sealed class InvocationFeatures : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
