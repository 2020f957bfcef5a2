using System.Collections;
using EmbeddedFunctions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace EmbeddedFunctions.Invocation;

/// <inheritdoc/>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    /// <summary>The features that every invocation has, and those of a request where there is one.</summary>
    public static InvocationFeatures Of(EmbeddedFunctionContext context)
    {
        var features = new InvocationFeatures();
        features.Set<FunctionInvocation>(new Invocation(context));
        features.Set<FunctionDefinition>(context.FunctionDefinition);
        features.Set<IFunctionInputBindingFeature>(context.Inputs);
        if (context.HttpContext is not null)
        {
            features.Set<IHttpRequestDataFeature>(RequestDataFeature.Instance);
            features.Set<IFromBodyConversionFeature>(FromBodyConversion.Instance);
        }

        return features;
    }

    public void Set<T>(T? instance)
    {
        if (instance is null) _features.Remove(typeof(T));
        else _features[typeof(T)] = instance;
    }

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Invocation(EmbeddedFunctionContext context) : FunctionInvocation
    {
        public override string Id => context.InvocationId;

        public override string FunctionId => context.FunctionId;

        public override TraceContext TraceContext => context.TraceContext;
    }
}
