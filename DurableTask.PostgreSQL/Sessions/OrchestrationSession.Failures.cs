using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;

namespace DurableTask.PostgreSQL.Sessions;

/// <content>How an orchestration whose data cannot be stored fails.</content>
internal sealed partial class OrchestrationSession
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private PayloadTooLargeException? FindTooLarge(HistoryEvent[] events, IList<TaskMessage> messages, OrchestrationState? status)
    {
        try
        {
            foreach (var e in events)
            {
                var (payload, what) = e switch
                {
                    TaskScheduledEvent task => (task.Input, $"The input of activity '{task.Name}'"),
                    EventSentEvent sent => (sent.Input, $"The payload of event '{sent.Name}'"),
                    ExecutionStartedEvent started when _events.Count > 0 => (started.Input, "The input of the next generation"),
                    ExecutionCompletedEvent completed => (completed.Result, "The output of the orchestration"),
                    _ => (null, string.Empty),
                };
                Payload.Check(payload, _host.Options.MaxPayloadBytes, what);
            }

            foreach (var message in messages)
            {
                if (message.Event is ExecutionStartedEvent child)
                {
                    Payload.Check(child.Input, _host.Options.MaxPayloadBytes, $"The input of sub-orchestration '{child.Name}'");
                }
            }

            Payload.Check(status?.Status, _host.Options.MaxPayloadBytes, "The custom status");
            return null;
        }
        catch (PayloadTooLargeException exception)
        {
            return exception;
        }
    }

    /// <summary>The history cannot store what the run produced: the run fails, and the instance with it.</summary>
    private void Fail(Exception exception, CheckpointRequest refused)
    {
        lock (_gate)
        {
            _isGone = true;
        }

        var request = new FailureRequest(this) { InstanceId = Id, FirstSequence = refused.SequenceBefore, ConsumedInbox = refused.ConsumedInbox };
        if (_last is { IsTaken: false } queued && queued != refused)
        {
            // A queued request from before the refused one is valid: it is written first.
            if (queued.SequenceBefore >= refused.SequenceBefore)
            {
                _host.Writer.Drop(queued);
                queued.NewInstances?.ForEach(n => _host.Settle(n.Instance));
                queued.Acknowledgements?.ForEach(a => a.TrySetResult(false));
            }
        }

        var failure = new FailureDetails(
            exception.GetType().FullName!, Payload.Storable(exception.Message)!, stackTrace: null, innerFailure: null, isNonRetriable: true);
        var output = failure.ToString();
        request.Events = [HistoryCodec.Write([new ExecutionCompletedEvent(-1, output, OrchestrationStatus.Failed, failure)])];
        request.Update = new InstanceUpdate(OrchestrationStatus.Failed, output, _instance.CustomStatus, JsonText.WriteFailure(failure), Now, Ended: true);
        if (_instance.Parent is { } parent)
        {
            request.Outgoing =
            [
                new OutgoingMessage(
                    parent.OrchestrationInstance.InstanceId,
                    parent.OrchestrationInstance.ExecutionId,
                    HistoryCodec.Write([new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, output, details: null, failure)]),
                    IsRewind: false),
            ];
        }

        _host.Failed(this, exception);
        Drop();
        _host.Writer.Enqueue(request);
    }

    /// <summary>Not even the failure can be stored: the instance is released, since this node no longer runs it, and a node takes it again later.</summary>
    private void ReleaseForRetry() =>
        _host.Writer.Enqueue(new RetryReleaseRequest(this) { InstanceId = Id, Release = new InstanceRelease(RetryDelay, InboxCount) });

    private sealed class RetryReleaseRequest(OrchestrationSession session) : CommitRequest
    {
        public override long? Node => session.Node;

        public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
        {
            if (outcome.Released.Contains(session.Id))
            {
                session.Leave(isOver: false);
            }
            else
            {
                // A message came that is not counted yet.
                session._host.Later(session.ReleaseForRetry, TimeSpan.FromSeconds(1));
            }

            return null;
        }

        public override void OnFailed(Exception exception) => session.Leave(isOver: false);
    }

    private sealed class FailureRequest(OrchestrationSession session) : CommitRequest
    {
        public override long? Node => session.Node;

        public override IThreadPoolWorkItem? OnCommitted(CommitOutcome outcome)
        {
            session._host.Changed(session.Id, Update!);
            session.Leave(isOver: true);
            return null;
        }

        public override void OnFailed(Exception exception)
        {
            if (exception is NodeFencedException or ServiceStoppedException)
            {
                session.Leave(isOver: false);
                return;
            }

            session._host.Failed(session, exception);
            session.ReleaseForRetry();
        }
    }
}
