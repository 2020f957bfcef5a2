using DurableTask.Core;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>A session's work item in the dispatcher.</summary>
internal sealed class SessionWorkItem : TaskOrchestrationWorkItem
{
    /// <summary>What the worker made for the session, such as a scope of services: disposed when the work item is released.</summary>
    public IAsyncDisposable? Resources { get; set; }
}
