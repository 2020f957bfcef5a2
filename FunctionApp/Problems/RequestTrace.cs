using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Problems;

/// <summary>The id of the trace that a request belongs to: the caller's where it names one, else the host's.</summary>
/// <remarks>A function of an isolated worker may run without an activity; then only its context has the host's trace.</remarks>
internal static class RequestTrace
{
    private static readonly object Key = new();

    /// <summary>Stores the host's trace of an invocation with its request.</summary>
    public static void Keep(HttpContext http, FunctionContext context) => http.Items[Key] = IdIn(context.TraceContext?.TraceParent);

    /// <summary>The trace's id, 32 hexadecimal digits; without any trace the server's own name for the request.</summary>
    public static string IdOf(HttpContext http) =>
        IdIn(http.Request.Headers.TraceParent)
        ?? Activity.Current?.TraceId.ToHexString()
        ?? http.Items[Key] as string
        ?? http.TraceIdentifier;

    private static string? IdIn(string? traceParent) =>
        ActivityContext.TryParse(traceParent, traceState: null, out var trace) && trace.TraceId != default
            ? trace.TraceId.ToHexString()
            : null;
}
