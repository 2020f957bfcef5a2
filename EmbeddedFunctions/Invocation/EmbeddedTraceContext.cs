using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Invocation;

/// <summary>The trace that is current when the invocation asks for it; empty where there is no telemetry, as on the official host.</summary>
internal sealed class EmbeddedTraceContext(string traceParent, string traceState) : TraceContext
{
    public override string TraceParent => traceParent;

    public override string TraceState => traceState;

    public static EmbeddedTraceContext Of(string? traceParent)
    {
        // The server makes an activity for its logs in any case; only one of a source is somebody's trace.
        var current = Activity.Current is { Source.Name.Length: > 0 } span ? span : null;
        return new EmbeddedTraceContext(current?.Id ?? traceParent ?? string.Empty, current?.TraceStateString ?? string.Empty);
    }
}
