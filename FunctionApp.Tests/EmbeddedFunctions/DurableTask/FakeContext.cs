using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

/// <summary>An orchestration context whose timers and events a test completes by hand.</summary>
internal sealed class FakeContext(ILoggerFactory loggers) : TaskOrchestrationContext
{
    public TaskCompletionSource Timer { get; } = new();

    public TaskCompletionSource<object?> Event { get; } = new();

    public DateTime TimerFiresAt { get; private set; }

    public bool TimerIsCancelled { get; private set; }

    public bool WaitIsCancelled { get; private set; }

    public bool Replaying { get; set; }

    public List<(string Task, object? Input, TaskOptions? Options)> Calls { get; } = [];

    public List<(object? Input, bool KeepsEvents)> Restarts { get; } = [];

    public override TaskName Name => "Fake";

    public override string InstanceId => "fake-1";

    public override string Version => "1.10";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

    public override bool IsReplaying => Replaying;

    protected override ILoggerFactory LoggerFactory => loggers;

    public override T? GetInput<T>()
        where T : default
        => default;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        => Called<TResult>(name, input, options);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
        => Called<TResult>(orchestratorName, input, options);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        TimerFiresAt = fireAt;
        cancellationToken.Register(() =>
        {
            TimerIsCancelled = true;
            Timer.TrySetCanceled(cancellationToken);
        });
        return Timer.Task;
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        using var registration = cancellationToken.Register(() =>
        {
            WaitIsCancelled = true;
            Event.TrySetCanceled(cancellationToken);
        });
        return (T)(await Event.Task)!;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => Calls.Add((eventName, payload, null));

    public override void SetCustomStatus(object? customStatus) => Calls.Add(("status", customStatus, null));

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
        => Restarts.Add((newInput, preserveUnprocessedEvents));

    public override Guid NewGuid() => Guid.Empty;

    private Task<TResult> Called<TResult>(TaskName name, object? input, TaskOptions? options)
    {
        Calls.Add((name, input, options));
        return Task.FromResult<TResult>(default!);
    }
}
