using System.Collections.Concurrent;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>The instances that this node holds, and what they work with.</summary>
internal sealed class InstanceHost(
    IDurableFunctions functions,
    EngineOptions options,
    EngineClock clock,
    EngineMetrics metrics,
    GroupCommitWriter writer,
    ActivityDispatcher activities,
    TimerQueue timers,
    ILoggerFactory loggerFactory)
{
    private readonly ConcurrentDictionary<string, LiveInstance> _live = new(StringComparer.Ordinal);
    private int _arriving;

    public IDurableFunctions Functions { get; } = functions;

    public EngineOptions Options { get; } = options;

    public EngineClock Clock { get; } = clock;

    public GroupCommitWriter Writer { get; } = writer;

    public ActivityDispatcher Activities { get; } = activities;

    public TimerQueue Timers { get; } = timers;

    public ILoggerFactory LoggerFactory { get; } = loggerFactory;

    public ILogger Logger { get; } = loggerFactory.CreateLogger<InstanceHost>();

    public DataConverter Converter { get; } = Microsoft.DurableTask.Converters.JsonDataConverter.Worker;

    public InstanceWatch Watch { get; } = new();

    public VersionFilter Versions { get; } = new(options);

    public long NodeId { get; set; }

    /// <summary>Inbox rows that became events and are gone.</summary>
    public ConcurrentQueue<(LiveInstance Instance, long Id)> ConsumedInbox { get; } = new();

    /// <summary>Instances that were taken with messages, and how many they had: known to have them once the inbox was read.</summary>
    public ConcurrentQueue<(LiveInstance Instance, long Mail)> UnreadMail { get; } = new();

    /// <summary>Whether it takes new instances.</summary>
    public bool IsOpen { get; set; }

    public int Count => _live.Count;

    public IEnumerable<LiveInstance> All => _live.Values;

    /// <summary>An instance has left, over or not: there is room for another. One that is not over waits in the database.</summary>
    public event Action<bool>? Left;

    /// <summary>An instance wants its inbox read.</summary>
    public event Action? MailWanted;

    /// <summary>Children whose existence the database has to confirm.</summary>
    public event Action<LiveInstance, List<OrchestrationAction>>? ChildrenInDoubt;

    /// <summary>Whether a new instance is to start here rather than wait in the database for a node with room.</summary>
    public bool HasRoom => IsOpen && HasPlace && Volatile.Read(ref _arriving) + Activities.Backlog <= Options.MaxConcurrentActivities;

    /// <summary>Whether one more fits into memory, busy or not: where none does, one that only waits has to make room.</summary>
    public bool HasPlace => _live.Count + Volatile.Read(ref _arriving) < Options.MaxLiveOrchestrations;

    public bool TryFind(string id, out LiveInstance instance) => _live.TryGetValue(id, out instance!);

    /// <summary>Takes an instance that was just created with this node as its owner.</summary>
    public void Adopt(InstanceRecord record) => Adopt(record, []);

    public void Adopt(InstanceRecord record, List<HistoryEvent> history) => Take(record, history)?.Activate();

    /// <summary>Takes it without setting it going.</summary>
    /// <returns><see langword="null"/> when this node does not take it.</returns>
    public LiveInstance? Take(InstanceRecord record, List<HistoryEvent> history)
    {
        if (!IsOpen || record.Owner != NodeId)
        {
            // It is this node's in the database, perhaps under an earlier number, and goes with the rest of what that one leaves behind.
            return null;
        }

        var instance = new LiveInstance(this, record, history) { Mail = record.Mail > 0 ? LiveInstance.MailUnknown : 0 };
        if (_live.TryGetValue(record.Id, out var earlier))
        {
            // It was let go, and taken again before that was known here.
            earlier.Abandon();
        }

        _live[record.Id] = instance;
        if (record.Mail > 0)
        {
            UnreadMail.Enqueue((instance, record.Mail));
        }

        Watch.Changed(record.Id);
        return instance;
    }

    public void Remove(LiveInstance instance, bool isOver)
    {
        if (_live.TryRemove(new KeyValuePair<string, LiveInstance>(instance.Id, instance)))
        {
            Watch.Changed(instance.Id);
            Left?.Invoke(isOver);
        }
    }

    public void Ended(string status) => metrics.Ended(status);

    /// <summary>Lets go of all instances, each between two steps; ends when none is left.</summary>
    public Task HandOverAllAsync()
    {
        var empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Left += _ => Check();
        foreach (var instance in _live.Values)
        {
            instance.Post(new HandOverRequested());
        }

        Check();
        return empty.Task;

        void Check()
        {
            if (_live.IsEmpty)
            {
                empty.TrySetResult();
            }
        }
    }

    /// <summary>Forgets all instances: the database has them, and another node, or this one under a new number, goes on.</summary>
    public void AbandonAll()
    {
        foreach (var instance in _live.Values)
        {
            instance.Abandon();
        }

        _live.Clear();
    }

    public void LookForMail() => MailWanted?.Invoke();

    public void CheckChildren(LiveInstance instance, List<OrchestrationAction> children)
    {
        if (children.Count > 0)
        {
            ChildrenInDoubt?.Invoke(instance, children);
        }
    }

    /// <summary>A new instance's row; it starts here when there is room.</summary>
    public InstanceRecord NewChild(InstanceRecord parent, SubOrchestrationAction child, DateTime at, string? traceParent) => Place(
        new InstanceRecord
        {
            Id = child.ChildId,
            ExecutionId = Guid.NewGuid(),
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            CreatedAt = at,
            UpdatedAt = at,
            ParentId = parent.Id,
            ParentName = parent.Name,
            ParentTaskId = child.TaskId,
            Tags = child.Tags,
            TraceParent = traceParent,
        });

    /// <summary>Decides where a new instance begins: here and now, in the database until its time, or wherever there is room.</summary>
    public InstanceRecord Place(InstanceRecord record)
    {
        metrics.Scheduled();
        if (record.StartAt > record.CreatedAt)
        {
            return record with { WakeAt = record.StartAt };
        }

        if (!HasRoom || Versions.Rejects(record.Version))
        {
            return record with { WakeAt = record.CreatedAt };
        }

        Interlocked.Increment(ref _arriving);
        return record with { Owner = NodeId, StartedAt = record.CreatedAt, Status = OrchestrationRuntimeStatus.Running };
    }

    /// <summary>The commit of a placed instance is decided: the place kept for it is taken or free again.</summary>
    public void Settle(InstanceRecord record)
    {
        if (record.Owner is not null)
        {
            Interlocked.Decrement(ref _arriving);
        }
    }
}
