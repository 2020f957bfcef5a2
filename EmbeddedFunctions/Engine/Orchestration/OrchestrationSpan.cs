using System.Diagnostics;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>
/// The trace of an orchestration's life on this node: a span under the starter's <c>traceparent</c>, so that the lives before and after
/// a restart stand in one trace. Names and tags are those of the official engine's distributed tracing.
/// </summary>
internal sealed class OrchestrationSpan : IDisposable
{
    private readonly Activity _span;
    private readonly InstanceRecord _instance;

    private OrchestrationSpan(Activity span, InstanceRecord instance)
    {
        _span = span;
        _instance = instance;
    }

    /// <summary>The span's <c>traceparent</c>.</summary>
    public string? Id => _span.Id;

    /// <summary>Begins a life; <see langword="null"/> when nobody listens.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="resumed">Whether it had a life before.</param>
    public static OrchestrationSpan? Start(InstanceRecord instance, bool resumed) =>
        New($"orchestration:{instance.Name}", ActivityKind.Server, instance.TraceParent, resumed ? default : instance.StartedAt ?? default) is { } span
            ? new OrchestrationSpan(Describe(span, "orchestration", instance).SetTag("durabletask.resumed", resumed), instance)
            : null;

    /// <summary>The producer's span of a start; its <c>traceparent</c> is what the orchestration's spans belong to.</summary>
    public static string? Schedule(InstanceRecord instance)
    {
        using var span = New($"create_orchestration:{instance.Name}", ActivityKind.Producer, Activity.Current?.Id, default);
        return span is null ? Activity.Current?.Id : Describe(span, "orchestration", instance).Id;
    }

    /// <summary>A timer's span, from its creation to its firing.</summary>
    public void TimerFired(TimerAction timer)
    {
        using var span = New($"orchestration:{_instance.Name}:timer", ActivityKind.Internal, _span.Id, timer.CreatedAt);
        if (span is not null)
        {
            Describe(span, "timer", _instance)
                .SetTag("durabletask.task.task_id", timer.TaskId)
                .SetTag("durabletask.fire_at", timer.FireAt.ToString("O"));
        }
    }

    /// <summary>Tells how the orchestration ended.</summary>
    public void Ended(InstanceUpdate end)
    {
        _span.SetTag("durabletask.task.status", end.Status.ToString());
        if (end.Status is OrchestrationRuntimeStatus.Failed)
        {
            _span.SetStatus(ActivityStatusCode.Error, end.Output);
        }
    }

    public void Dispose() => _span.Dispose();

    /// <remarks>The caller's own activity stays the current one: these spans do not follow its call stack.</remarks>
    private static Activity? New(string name, ActivityKind kind, string? parent, DateTime start)
    {
        if (!EngineMetrics.Traces.HasListeners())
        {
            return null;
        }

        var current = Activity.Current;
        try
        {
            Activity.Current = null;
            return EngineMetrics.Traces.StartActivity(name, kind, parent, startTime: start == default ? default : new DateTimeOffset(start));
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static Activity Describe(Activity span, string type, InstanceRecord instance) => span
        .SetTag("durabletask.type", type)
        .SetTag("durabletask.task.name", instance.Name)
        .SetTag("durabletask.task.instance_id", instance.Id)
        .SetTag("durabletask.task.execution_id", instance.ExecutionId.ToString("N"));
}
