using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Hosting;

/// <summary>One invocation of a function. What few functions ask for is made when asked for.</summary>
internal sealed class Invocation(
    FunctionDescriptor function,
    IServiceProvider services,
    Func<IReadOnlyDictionary<string, object?>> bindingData,
    string? traceParent,
    CancellationToken cancellationToken) : FunctionContext
{
    /// <summary>Where the official worker keeps the request among the items.</summary>
    public const string HttpContextItem = "HttpRequestContext";

    private string? _id;
    private IDictionary<object, object>? _items;
    private BindingContext? _binding;
    private IInvocationFeatures? _features;
    private TraceContext? _trace;

    public override string InvocationId => _id ??= Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override TraceContext TraceContext => _trace ??= new Trace(traceParent ?? string.Empty);

    public override BindingContext BindingContext => _binding ??= new Bindings(bindingData());

    // The official host has none for functions without a retry attribute, which are all there are here.
    public override RetryContext RetryContext => null!;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new ConcurrentDictionary<object, object>();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new FeatureCollection();

    public override CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>What the trigger brought: the request, the orchestration's context, the activity's input, the timer.</summary>
    public object? Trigger { get; init; }

    /// <summary>The request of an HTTP trigger.</summary>
    public HttpContext? Http { get; init; }

    public ResultHolder Result { get; } = new();

    /// <summary>What the function returned, or a middleware put in its place.</summary>
    internal sealed class ResultHolder : InvocationResult
    {
        public override object? Value { get; set; }
    }

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } = data;
    }

    private sealed class Trace(string traceParent) : TraceContext
    {
        public override string TraceParent { get; } = traceParent;

        public override string TraceState => string.Empty;

        public override IReadOnlyDictionary<string, string> Attributes => ImmutableDictionary<string, string>.Empty;
    }

    private sealed class FeatureCollection : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T? instance)
        {
            if (instance is null)
            {
                _features.Remove(typeof(T));
            }
            else
            {
                _features[typeof(T)] = instance;
            }
        }

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
