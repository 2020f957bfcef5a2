namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>An orchestrator asked for something else than its history records: its code changed, or is not deterministic.</summary>
internal sealed class NonDeterministicOrchestrationException(string orchestrator, int taskId, string recorded, string asked)
    : Exception(
        $"Orchestrator '{orchestrator}' is not deterministic: as action {taskId} its history records {recorded}, but its code now asks for "
        + $"{asked}. Was the function changed while this instance was running? Give changed code a new version or a new name.");
