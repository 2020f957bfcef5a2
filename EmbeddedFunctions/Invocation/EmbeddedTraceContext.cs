using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>The trace that is current when the invocation asks for it.</summary>
internal sealed class EmbeddedTraceContext(string traceParent, string traceState) : TraceContext
{
    public override string TraceParent => traceParent;

    public override string TraceState => traceState;

    public static EmbeddedTraceContext Of(string? traceParent)
    {
        var current = System.Diagnostics.Activity.Current;
        return new EmbeddedTraceContext(current?.Id ?? traceParent ?? string.Empty, current?.TraceStateString ?? string.Empty);
    }
}
