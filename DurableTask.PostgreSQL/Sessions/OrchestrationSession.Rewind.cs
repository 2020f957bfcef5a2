using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Tracing;

namespace DurableTask.PostgreSQL.Sessions;

/// <content>How a failed orchestration is rewound: the framework takes its failures out of the history, which is then run again.</content>
internal sealed partial class OrchestrationSession
{
    private bool _isToRewind;

    /// <summary>
    /// The message that rewinds the instance, alone, as the framework demands; what came with it follows later. Failures of sub-orchestrations that came
    /// too late for the run that failed are dropped: the sub-orchestrations are rewound as well.
    /// </summary>
    /// <returns><see langword="null"/> while the message has not been read.</returns>
    private List<TaskMessage>? TakeRewind()
    {
        if (_inbox.Find(static m => m.Event is ExecutionRewoundEvent) is not { } rewind)
        {
            return null;
        }

        _taken.Add(rewind);
        _taken.AddRange(_inbox.Where(static m => m.Event is SubOrchestrationInstanceFailedEvent));
        _inbox.RemoveAll(_taken.Contains);

        // The framework clears fields of the trace context without checking whether there is one.
        var started = _events.OfType<ExecutionStartedEvent>().First();
        started.ParentTraceContext ??= new DistributedTraceContext(string.Empty);
        return [rewind.ToTaskMessage(Id)];
    }

    /// <summary>
    /// Keeps the execution id, which the framework changes: sub-orchestrations that still run report under the one that they know. A changed
    /// id would guard against late results of activities and timers; those do not reach this session.
    /// </summary>
    private void KeepExecution(ExecutionStartedEvent started, IList<TaskMessage> messages)
    {
        started.OrchestrationInstance.ExecutionId = _instance.ExecutionId;
        foreach (var message in messages)
        {
            if (message.Event is ExecutionRewoundEvent { ParentExecutionId: not null } rewind)
            {
                rewind.ParentExecutionId = _instance.ExecutionId;
            }
        }
    }

    /// <summary>
    /// Sub-orchestrations of the history without a result, by task. They may have ended while the parent had failed and could take no message.
    /// </summary>
    private Dictionary<int, string> ChildrenWithoutResult()
    {
        var children = new Dictionary<int, string>();
        foreach (var e in _events)
        {
            switch (e)
            {
                case SubOrchestrationInstanceCreatedEvent child: children[child.EventId] = child.InstanceId; break;
                case SubOrchestrationInstanceCompletedEvent completed: children.Remove(completed.TaskScheduledId); break;
                case SubOrchestrationInstanceFailedEvent failed: children.Remove(failed.TaskScheduledId); break;
                default: break;
            }
        }

        return children;
    }
}
