using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>What an orchestrator function sees of its run.</summary>
internal sealed class EmbeddedOrchestrationContext(OrchestrationRun run, ILoggerFactory loggerFactory, string defaultVersion)
    : TaskOrchestrationContext, IOrchestrationInput, IOrchestratorHolder
{
    private int _guids;

    public override TaskName Name => new(run.Instance.Name);

    public override string InstanceId => run.Instance.Id;

    public override string Version => run.Instance.Version;

    public override ParentOrchestrationInstance? Parent =>
        run.Instance is { ParentId: { } id, ParentName: { } name } ? new ParentOrchestrationInstance(new TaskName(name), id) : null;

    public override DateTime CurrentUtcDateTime => run.Now;

    public override bool IsReplaying => run.IsReplaying;

    public string? SerializedInput => run.Instance.Input;

    public IOrchestratorLife? Orchestrator { get; set; }

    protected override ILoggerFactory LoggerFactory => loggerFactory;

    public object? GetInput(Type type) => run.Converter.Deserialize(run.Instance.Input, type);

    public override T? GetInput<T>()
        where T : default => run.Converter.Deserialize<T>(run.Instance.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        run.Demand();
        if (input is TaskOptions && options is null)
        {
            return Task.FromException<TResult>(new ArgumentException(
                $"Activity '{name.Name}' was given options for its input: name the argument, options: ...", nameof(input)));
        }

        var data = run.Converter.Serialize(input);
        return RetryLoop.RunAsync(this, options?.Retry, () => run.Track<TResult>(name.Name, new ActivityAction(run.TakeTaskId(), name.Name, data)));
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        run.Demand();
        var data = run.Converter.Serialize(input);
        var given = options as SubOrchestrationOptions;
        var version = given?.Version?.Version ?? options?.Version?.Version ?? defaultVersion;
        var tags = options?.Tags is { Count: > 0 } some ? TagCodec.Write(some) : null;

        // All attempts of one call share the child's id.
        var childId = string.IsNullOrEmpty(given?.InstanceId) ? NewGuid().ToString("N") : given.InstanceId;
        return RetryLoop.RunAsync(this, options?.Retry, () => run.Track<TResult>(
            orchestratorName.Name,
            new SubOrchestrationAction(run.TakeTaskId(), orchestratorName.Name, version, data, childId, tags)));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        run.Demand();
        return run.TrackTimer(new TimerAction(run.TakeTaskId(), fireAt.ToUniversalTime(), run.Now), cancellationToken);
    }

    /// <summary>A timer that histories of earlier builds do not have where this code sets it: those go on without it.</summary>
    public Task CreateTimerUnlessRecordedOtherwise(DateTime fireAt) =>
        run.NextIsRecordedAsNoTimerAt(fireAt) ? Task.CompletedTask : CreateTimer(fireAt, CancellationToken.None);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        run.Demand();
        var source = new TaskCompletionSource<T>();
        if (run.Events.TryTake(eventName, out var data))
        {
            Take(data);
            return source.Task;
        }

        run.Events.Wait(eventName, typeof(T), Take);
        if (cancellationToken.CanBeCanceled)
        {
            cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
        }

        return source.Task;

        void Take(string? payload)
        {
            try
            {
                source.TrySetResult(run.Converter.Deserialize<T>(payload)!);
            }
            catch (Exception exception)
            {
                // As on the official engine an event of another type fails the instance, whatever the code would catch.
                run.Fail(new UnreadableEventException(run.Instance.Name, exception));
            }
        }
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        run.Demand();
        if (string.IsNullOrWhiteSpace(instanceId)) throw new ArgumentException("An event is sent to an instance: its id is missing.", nameof(instanceId));
        run.Send(new SendEventAction(run.TakeTaskId(), instanceId, eventName, run.Converter.Serialize(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        run.Demand();
        run.SetCustomStatus(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        run.Demand();
        run.RequestContinueAsNew(new ContinueAsNewRequest(run.Converter.Serialize(newInput), preserveUnprocessedEvents, Version: null));
    }

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        run.Demand();
        run.RequestContinueAsNew(new ContinueAsNewRequest(
            run.Converter.Serialize(options.NewInput),
            options.PreserveUnprocessedEvents,
            string.IsNullOrWhiteSpace(options.NewVersion) ? null : options.NewVersion));
    }

    public override Guid NewGuid()
    {
        run.Demand();
        return DeterministicGuid.Create(run.Instance.Id, run.Now, _guids++);
    }
}
