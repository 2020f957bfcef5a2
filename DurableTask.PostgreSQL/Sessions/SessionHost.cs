using System.Collections.Concurrent;
using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.PostgreSQL.Storage;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Sessions;

/// <summary>The orchestrations that this node holds, and what they work with.</summary>
internal sealed class SessionHost(
    PostgreSqlOrchestrationServiceOptions options,
    TimeProvider timeProvider,
    TaskHubMetrics metrics,
    GroupCommitWriter writer,
    DatabaseHealth health,
    ILogger<SessionHost> logger)
{
    /// <summary>After this time an instance that this node has taken is in memory, or will not be.</summary>
    private static readonly TimeSpan LongestAdoption = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, OrchestrationSession> _sessions = new(StringComparer.Ordinal);
    private readonly Channel<OrchestrationSession> _ready = Channel.CreateUnbounded<OrchestrationSession>();
    private readonly ConcurrentDictionary<string, ExpectedMessages> _expectedInbox = new(StringComparer.Ordinal);
    private int _arriving;
    private long _adoptions;
    private volatile bool _hasUnclaimedMessages;

    public PostgreSqlOrchestrationServiceOptions Options { get; } = options;

    public TimeProvider TimeProvider { get; } = timeProvider;

    public GroupCommitWriter Writer { get; } = writer;

    public ActivityQueue Activities { get; } = new();

    public TimerQueue Timers { get; } = new(timeProvider);

    public InstanceWatch Watch { get; } = new();

    /// <summary>Which versions this node takes. Default is all.</summary>
    public VersionFilter Versions { get; set; } = new(settings: null);

    public long NodeId { get; set; }

    /// <summary>Whether it takes new instances.</summary>
    public bool IsOpen { get; set; }

    public bool IsDatabaseAway => health.WriteProblem is not null;

    public int Count => _sessions.Count;

    /// <summary>How many instances this node has adopted since it started. It grows once an instance can be found here.</summary>
    public long Adoptions => Volatile.Read(ref _adoptions);

    public IEnumerable<OrchestrationSession> All => _sessions.Values;

    /// <summary>Inbox messages that became events and are gone.</summary>
    public ConcurrentQueue<(OrchestrationSession Session, long Id)> ConsumedInbox { get; } = new();

    /// <summary>Instances that were taken with messages, and how many they had: known to have them once the inbox was read.</summary>
    public ConcurrentQueue<(OrchestrationSession Session, long Count)> UnreadInbox { get; } = new();

    /// <summary>Whether messages were read for an instance of this node that was not here yet.</summary>
    public bool HasUnclaimedMessages
    {
        get => _hasUnclaimedMessages;
        set
        {
            _hasUnclaimedMessages = value;
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>An instance has left the memory, ended or released: there is room for another.</summary>
    public event Action<bool>? Left;

    /// <summary>An instance of this node may have messages in its inbox.</summary>
    public event Action? MessagesExpected;

    /// <summary>
    /// Sub-orchestrations, by task, that may have ended while their parent had failed; and whether the parent has just been rewound, which rewinds those
    /// of them that failed.
    /// </summary>
    public event Action<OrchestrationSession, Dictionary<int, string>, bool>? ChildrenInDoubt;

    /// <summary>Whether a new instance is to start here rather than wait in the database for a node with room.</summary>
    public bool HasRoom => IsOpen && HasMemory && Volatile.Read(ref _arriving) + Activities.Backlog <= Options.MaxConcurrentActivities;

    /// <summary>Whether one more fits into memory. If not, an instance that only waits has to be released.</summary>
    public bool HasMemory => _sessions.Count + Volatile.Read(ref _arriving) < Options.MaxLiveOrchestrations;

    public bool TryFind(string id, out OrchestrationSession session) => _sessions.TryGetValue(id, out session!);

    /// <summary>Takes an instance whose row names this node as its owner, and starts it.</summary>
    public void Adopt(StoredInstance instance, List<HistoryEvent> history)
    {
        if (!IsOpen || instance.Owner != NodeId)
        {
            // Its owner may be an earlier number of this node: then it is adopted with the other instances of that number.
            return;
        }

        var session = new OrchestrationSession(this, instance, history)
        {
            InboxCount = instance.InboxCount > 0 ? OrchestrationSession.InboxCountUnknown : 0,
        };
        if (_sessions.TryGetValue(instance.Id, out var earlier))
        {
            // It was released, and taken again before that was known here.
            earlier.Drop();
        }

        _sessions[instance.Id] = session;
        session.Adoption = Interlocked.Increment(ref _adoptions);
        if (instance.InboxCount > 0)
        {
            UnreadInbox.Enqueue((session, instance.InboxCount));
        }

        if (HasUnclaimedMessages)
        {
            HasUnclaimedMessages = false;
            LookForMessages();
        }

        Watch.Changed(instance.Id);
        session.Start();
    }

    /// <summary>
    /// This node has put a message into the inbox of an instance that it holds, or is about to hold. Kept here and not with a session: the session
    /// that this node has now may be about to make room for the next one of the same instance.
    /// </summary>
    /// <param name="id">The instance.</param>
    /// <param name="count">Its count of messages with it.</param>
    public void ExpectInbox(string id, long count) => _expectedInbox.AddOrUpdate(
        id,
        static (_, expected) => expected,
        static (_, earlier, expected) => expected.Count > earlier.Count ? expected : earlier,
        new ExpectedMessages(count, TimeProvider.GetTimestamp()));

    /// <summary>
    /// Whether nothing is in the inbox, as far as this node knows, that has to come before a message which is posted now: what a caller sent first
    /// arrives first.
    /// </summary>
    public bool HasReadInbox(OrchestrationSession session)
    {
        var read = session.InboxCount;
        if (read == OrchestrationSession.InboxCountUnknown)
        {
            return false;
        }

        if (!_expectedInbox.TryGetValue(session.Id, out var expected))
        {
            return true;
        }

        if (read < expected.Count)
        {
            return false;
        }

        _expectedInbox.TryRemove(KeyValuePair.Create(session.Id, expected));
        return true;
    }

    /// <summary>Removes the expected messages of instances that ended or went to another node before the inbox was read.</summary>
    public void ForgetExpectedInbox()
    {
        foreach (var (id, expected) in _expectedInbox)
        {
            if (!_sessions.ContainsKey(id) && TimeProvider.GetElapsedTime(expected.Since) > LongestAdoption)
            {
                _expectedInbox.TryRemove(KeyValuePair.Create(id, expected));
            }
        }
    }

    /// <summary>A session has something for the dispatcher to do.</summary>
    public void Ready(OrchestrationSession session) => _ready.Writer.TryWrite(session);

    /// <returns>The next session's work item; <see langword="null"/> when canceled.</returns>
    public async Task<TaskOrchestrationWorkItem?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var session = await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (session.TryBegin() is { } workItem)
                {
                    return workItem;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Remove(OrchestrationSession session, bool isOver)
    {
        if (_sessions.TryRemove(new KeyValuePair<string, OrchestrationSession>(session.Id, session)))
        {
            Watch.Changed(session.Id);
            Left?.Invoke(isOver);
        }
    }

    /// <summary>A new state of an instance is durable.</summary>
    public void Changed(string id, InstanceUpdate update)
    {
        if (update.Ended)
        {
            metrics.Ended(update.Status.ToString());
        }

        Watch.Changed(id);
    }

    public void Failed(OrchestrationSession session, Exception exception) =>
        logger.LogError(exception, "Orchestration {InstanceId} fails: what it produced cannot be stored", session.Id);

    /// <summary>The dispatcher abandoned a work item: it gets it again later.</summary>
    public void Abandoned(OrchestrationSession session, TimeSpan delay)
    {
        logger.LogWarning("The dispatcher abandoned orchestration {InstanceId}; it is tried again in {Seconds} s", session.Id, delay.TotalSeconds);
        Later(session.Retry, delay);
    }

    /// <summary>The dispatcher abandoned an activity: it gets it again later.</summary>
    public void Abandoned(ActivityWorkItem activity)
    {
        var delay = TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, activity.Abandoned++)));
        logger.LogWarning("The dispatcher abandoned activity {Activity}; it is tried again in {Seconds} s", activity.Id, delay.TotalSeconds);
        Later(() => Activities.Add(activity), delay);
    }

    /// <summary>Releases all instances, each between two checkpoints; ends when none is left.</summary>
    public Task ReleaseAllAsync()
    {
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Left += _ => Check();
        foreach (var session in _sessions.Values)
        {
            session.ReleaseToOtherNodes();
        }

        Check();
        return empty.Task;

        void Check()
        {
            if (_sessions.IsEmpty)
            {
                empty.TrySetResult();
            }
        }
    }

    /// <summary>Drops all instances: the database has them, and another node, or this one under a new number, continues them.</summary>
    public void DropAll()
    {
        foreach (var session in _sessions.Values)
        {
            session.Drop();
        }

        _sessions.Clear();
    }

    /// <summary>Runs an action after a delay.</summary>
    public void Later(Action action, TimeSpan delay) =>
        _ = Task.Delay(delay, TimeProvider).ContinueWith(_ => action(), TaskScheduler.Default);

    public void LookForMessages() => MessagesExpected?.Invoke();

    public void ConfirmChildren(OrchestrationSession session, Dictionary<int, string> children, bool isRewind)
    {
        if (children.Count > 0)
        {
            ChildrenInDoubt?.Invoke(session, children, isRewind);
        }
    }

    /// <summary>Decides where a new instance begins: here and now, in the database until its time, or wherever there is room.</summary>
    public StoredInstance Place(StoredInstance instance)
    {
        metrics.Scheduled();
        if (instance.StartAt is { } startAt && startAt > TimeProvider.GetUtcNow().UtcDateTime)
        {
            return instance;
        }

        if (!HasRoom || Versions.Rejects(instance.Version))
        {
            return instance with { StartAt = null };
        }

        Interlocked.Increment(ref _arriving);
        return instance with { StartAt = null, Owner = NodeId, Status = OrchestrationStatus.Running };
    }

    /// <summary>The commit of a new instance has ended: the room reserved for it is used or free again.</summary>
    public void Settle(StoredInstance instance)
    {
        if (instance.Owner is not null)
        {
            Interlocked.Decrement(ref _arriving);
        }
    }

    /// <param name="Count">The instance's count of inbox messages.</param>
    /// <param name="Since">The timestamp of the last of them.</param>
    private sealed record ExpectedMessages(long Count, long Since);
}
