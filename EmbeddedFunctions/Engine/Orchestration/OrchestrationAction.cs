using EmbeddedFunctions.Engine.Storage;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>What an orchestrator asked for in a step, in the order it asked.</summary>
/// <param name="TaskId">The action's number in its orchestration, from 0.</param>
internal abstract record OrchestrationAction(int TaskId)
{
    /// <summary>The action as the history records it.</summary>
    public abstract HistoryEvent ToEvent(DateTime at);
}

internal sealed record ActivityAction(int TaskId, string Name, string? Input) : OrchestrationAction(TaskId)
{
    public override HistoryEvent ToEvent(DateTime at) => new(HistoryEventType.TaskScheduled, at, TaskId, Name, Input);
}

internal sealed record TimerAction(int TaskId, DateTime FireAt, DateTime CreatedAt) : OrchestrationAction(TaskId)
{
    public override HistoryEvent ToEvent(DateTime at) =>
        new(HistoryEventType.TimerCreated, at, TaskId, Reference: FireAt.ToString("O"));
}

internal sealed record SubOrchestrationAction(int TaskId, string Name, string Version, string? Input, string ChildId, string? Tags)
    : OrchestrationAction(TaskId)
{
    public override HistoryEvent ToEvent(DateTime at) =>
        new(HistoryEventType.SubOrchestrationCreated, at, TaskId, Name, Input, ChildId);
}

internal sealed record SendEventAction(int TaskId, string TargetId, string Name, string? Data) : OrchestrationAction(TaskId)
{
    public override HistoryEvent ToEvent(DateTime at) => new(HistoryEventType.EventSent, at, TaskId, Name, Data, TargetId);
}
