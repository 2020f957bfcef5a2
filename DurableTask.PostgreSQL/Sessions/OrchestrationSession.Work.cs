using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Serializing;

namespace DurableTask.PostgreSQL.Sessions;

/// <content>The activities and timers of a session.</content>
internal sealed partial class OrchestrationSession
{
    private void Start(IList<TaskMessage> activities, IList<TaskMessage> timers)
    {
        foreach (var message in activities)
        {
            StartActivity(message);
        }

        foreach (var message in timers)
        {
            StartTimer((TimerFiredEvent)message.Event, message.OrchestrationInstance.ExecutionId);
        }
    }

    private void StartActivity(TaskMessage message)
    {
        // What an earlier generation scheduled without waiting for it is not run: its result would not be used.
        if (!string.Equals(message.OrchestrationInstance.ExecutionId, _instance.ExecutionId, StringComparison.Ordinal))
        {
            return;
        }

        var activity = new ActivityWorkItem(this, message);
        lock (_gate)
        {
            if (_isGone || _hasEnded)
            {
                return;
            }

            _activities[activity.TaskId] = activity;
        }

        _host.Activities.Add(activity);
    }

    private void StartTimer(TimerFiredEvent fired, string executionId, DateTime? latest = null)
    {
        lock (_gate)
        {
            if (!_isGone && !_hasEnded && string.Equals(executionId, _instance.ExecutionId, StringComparison.Ordinal))
            {
                _timers.RemoveAll(static t => t.IsOver);
                var fireAt = fired.FireAt.ToUniversalTime();
                _timers.Add(_host.Timers.Add(this, new SessionMessage(fired, executionId), latest < fireAt ? latest.Value : fireAt));
            }
        }
    }

    /// <summary>What the framework gives activities of their orchestration. Its property has no setter for others.</summary>
    private OrchestrationExecutionContext ContextOfActivities() =>
        JsonDataConverter.Default.Deserialize<OrchestrationExecutionContext>($$"""{"OrchestrationTags":{{_instance.Tags ?? "{}"}}}""");

    /// <summary>Starts the activities and timers that the history has no result of.</summary>
    private void StartPending()
    {
        if (_events.Count == 0)
        {
            return;
        }

        var scheduled = new Dictionary<int, TaskScheduledEvent>();
        var created = new Dictionary<int, TimerCreatedEvent>();
        foreach (var e in _events)
        {
            switch (e)
            {
                case TaskScheduledEvent task: scheduled[task.EventId] = task; break;
                case TimerCreatedEvent timer: created[timer.EventId] = timer; break;
                case TaskCompletedEvent completed: scheduled.Remove(completed.TaskScheduledId); break;
                case TaskFailedEvent failed: scheduled.Remove(failed.TaskScheduledId); break;
                case TimerFiredEvent fired: created.Remove(fired.TimerId); break;
                default: break;
            }
        }

        var instance = new OrchestrationInstance { InstanceId = Id, ExecutionId = _instance.ExecutionId };
        foreach (var task in scheduled.Values)
        {
            bool isUnderWay;
            lock (_gate)
            {
                isUnderWay = _activities.ContainsKey(task.EventId);
            }

            if (!isUnderWay)
            {
                StartActivity(new TaskMessage { OrchestrationInstance = instance, Event = task, OrchestrationExecutionContext = ContextOfActivities() });
            }
        }

        foreach (var timer in created.Values)
        {
            // Both times are of the node that created the timer. Its clock may have been fast: no timer waits longer here than it should have there.
            var latest = Now + (timer.FireAt.ToUniversalTime() - timer.Timestamp.ToUniversalTime());
            StartTimer(new TimerFiredEvent(-1, timer.FireAt) { TimerId = timer.EventId }, _instance.ExecutionId, latest);
        }
    }
}
