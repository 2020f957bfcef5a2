using System.Collections.ObjectModel;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The distributed trace of an invocation, as W3C Trace Context writes it.</summary>
public abstract class TraceContext
{
    /// <summary>The header <c>traceparent</c>; empty without a trace.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The header <c>tracestate</c>; empty without one.</summary>
    public abstract string TraceState { get; }

    /// <summary>Further attributes of the trace.</summary>
    public virtual IReadOnlyDictionary<string, string> Attributes => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Names and values that travel with the trace.</summary>
    public virtual IReadOnlyDictionary<string, string> Baggage => ReadOnlyDictionary<string, string>.Empty;
}
