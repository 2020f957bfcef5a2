using Atelier.Campaigns.Workflow;
using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Generation;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

/// <summary>
/// A campaign with one image of an asynchronous provider, and its monitors. A test ends their activities, timers and events one by one. Events follow the
/// official rules: an event without a waiter is kept, and one waiter takes one event.
/// </summary>
internal sealed class AsyncImageScript
{
    public const string Job = "job-1";
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan JobTimeout = TimeSpan.FromMinutes(15);

    private static readonly Guid Id = Guid.Parse("01987a6e-0000-7000-8000-000000000001");
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 4, TimeSpan.FromSeconds(3), Backoff: 1.5, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(9));

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly Dictionary<string, TaskCompletionSource<bool>> _stops = [];
    private readonly TaskCompletionSource<object?> _canceled = new();
    private readonly Queue<ImageReport> _kept = new();
    private readonly Queue<Func<Task<SubmittedImage?>>> _submits = new();
    private readonly Queue<Func<Task<ImageReport>>> _polls = new();
    private readonly Queue<Func<Task>> _stores = new();
    private TaskCompletionSource<ImageReport>? _waiter;
    private DateTime _now = new(2026, 8, 3, 12, 0, 0, DateTimeKind.Utc);

    public AsyncImageScript()
    {
        _context.Setup(context => context.CreateReplaySafeLogger(It.IsAny<string>())).Returns(NullLogger.Instance);
        _context.Setup(context => context.InstanceId).Returns(Id.ToString("D"));
        _context.Setup(context => context.WaitForExternalEvent<object?>("cancel", It.IsAny<CancellationToken>())).Returns(_canceled.Task);
        _context.Setup(context => context.WaitForExternalEvent<ImageReport>("image/0", It.IsAny<CancellationToken>())).Returns(Wait);
        _context
            .Setup(context => context.CallSubOrchestratorAsync<ImageReport?>(
                It.Is<TaskName>(name => name.Name == nameof(MonitorImageJob)), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns((TaskName _, object? input, TaskOptions? options) =>
                MonitorAsync(Assert.IsType<SubOrchestrationOptions>(options).InstanceId!, Assert.IsType<JobWatch>(input)));
        _context
            .Setup(context => context.SendEvent(It.IsAny<string>(), MonitorImageJob.StopEvent, It.IsAny<object>()))
            .Callback((string instanceId, string _, object _) => _stops[instanceId].TrySetResult(true));
        SetUpClock(_context);
        Setup(_context, nameof(GenerateText), _ => Task.FromResult<string?>(null));
        Setup<string>(
            _context, nameof(CompleteCampaign), input => Task.FromResult(((CampaignEnd)input!).Failed.Count == 0 ? "COMPLETE" : "FAILED"));
        Setup<SubmittedImage?>(_context, nameof(SubmitImage), _ => Next(_submits, () => Submitted(Job)));
        Setup(_context, nameof(CancelImages), _ => CancelAtProvider());
        _context
            .Setup(context => context.CallActivityAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns((TaskName name, object? input, TaskOptions? _) =>
            {
                Calls.Add(name.Name);
                if (input is ImageJobInput job) Stored.Add(job.Report);
                return name.Name == nameof(StoreImage) ? Next(_stores, () => Task.CompletedTask) : Task.CompletedTask;
            });
    }

    /// <summary>The ids of the monitors, in the order of their starts.</summary>
    public IEnumerable<string> Monitors => _stops.Keys;

    /// <summary>How often a monitor continued as new.</summary>
    public int Continuations { get; private set; }

    /// <summary>Whether each monitor has ended: an orchestration does not complete before its sub-orchestrations have.</summary>
    public bool HasOpenMonitor { get; private set; }

    /// <summary>The activities in the order of their calls.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What was given to <see cref="StoreImage"/>.</summary>
    public List<ImageReport> Stored { get; } = [];

    /// <summary>The timers in the order of their starts.</summary>
    public List<ScriptTimer> Timers { get; } = [];

    public Func<Task<int>> CancelAtProvider { get; set; } = () => Task.FromResult(1);

    public static ImageReport Running => new(Job, ImageJobStatus.Running);

    public static ImageReport Succeeded(string job = Job) => new(job, ImageJobStatus.Succeeded, "https://example.org/image.png");

    public static Task<SubmittedImage?> Submitted(string job, bool isKnown = false) =>
        Task.FromResult<SubmittedImage?>(new SubmittedImage(job, isKnown, PollInterval, JobTimeout));

    public void OnSubmit(Func<Task<SubmittedImage?>> result) => _submits.Enqueue(result);

    public void OnPoll(params ImageReport[] results)
    {
        foreach (var result in results) _polls.Enqueue(() => Task.FromResult(result));
    }

    public void OnPoll(Func<Task<ImageReport>> result) => _polls.Enqueue(result);

    public void OnStore(Func<Task> result) => _stores.Enqueue(result);

    public Task<string> Run(bool withText = false)
    {
        var image = new PartInput(Id, 0, Retry) { IsAsync = true };
        return CampaignOrchestrator.RunAsync(_context.Object, new CampaignInput(Id, withText ? [new PartInput(Id, null, Retry), image] : [image]));
    }

    /// <summary>A callback arrives.</summary>
    public void Raise(ImageReport report)
    {
        if (_waiter is { } waiter)
        {
            _waiter = null;
            waiter.SetResult(report);
        }
        else
        {
            _kept.Enqueue(report);
        }
    }

    public void Cancel() => _canceled.SetResult(null);

    /// <summary>Lets the latest timer expire.</summary>
    public void Fire()
    {
        var timer = Timers[^1];
        _now += timer.Delay;
        timer.Done.SetResult();
    }

    private static Task<T> Next<T>(Queue<Func<Task<T>>> results, Func<Task<T>> otherwise) => results.TryDequeue(out var result) ? result() : otherwise();

    private static Task Next(Queue<Func<Task>> results, Func<Task> otherwise) => results.TryDequeue(out var result) ? result() : otherwise();

    private Task<ImageReport> Wait()
    {
        if (_kept.TryDequeue(out var report)) return Task.FromResult(report);
        Assert.Null(_waiter);
        _waiter = new TaskCompletionSource<ImageReport>();
        return _waiter.Task;
    }

    private async Task<ImageReport?> MonitorAsync(string instanceId, JobWatch watch)
    {
        HasOpenMonitor = true;
        var stop = _stops[instanceId] = new TaskCompletionSource<bool>();
        var input = watch;
        while (true)
        {
            JobWatch? next = null;
            var context = new Mock<TaskOrchestrationContext>();
            context.Setup(one => one.WaitForExternalEvent<bool>(MonitorImageJob.StopEvent, It.IsAny<CancellationToken>())).Returns(stop.Task);
            context.Setup(one => one.ContinueAsNew(It.IsAny<object?>(), true)).Callback((object? given, bool _) => next = Assert.IsType<JobWatch>(given));
            SetUpClock(context);
            Setup<ImageReport>(context, nameof(PollImage), _ => Next(_polls, () => Task.FromResult(Running)));

            var report = await MonitorImageJob.RunAsync(context.Object, input);

            if (next is null)
            {
                HasOpenMonitor = false;
                return report;
            }

            Continuations++;
            input = next;
        }
    }

    private void SetUpClock(Mock<TaskOrchestrationContext> context)
    {
        context.Setup(one => one.CurrentUtcDateTime).Returns(() => _now);
        context.Setup(one => one.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>())).Returns(StartTimer);
    }

    private Task StartTimer(TimeSpan delay, CancellationToken cancellationToken)
    {
        var timer = new ScriptTimer(delay, new TaskCompletionSource(), cancellationToken);
        cancellationToken.Register(() => timer.Done.TrySetCanceled(cancellationToken));
        Timers.Add(timer);
        return timer.Done.Task;
    }

    private void Setup<T>(Mock<TaskOrchestrationContext> context, string activity, Func<object?, Task<T>> result) =>
        context
            .Setup(one => one.CallActivityAsync<T>(
                It.Is<TaskName>(name => name.Name == activity), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns((TaskName name, object? input, TaskOptions? _) =>
            {
                Calls.Add(name.Name);
                return result(input);
            });
}

/// <summary>A timer of an <see cref="AsyncImageScript"/>.</summary>
internal sealed record ScriptTimer(TimeSpan Delay, TaskCompletionSource Done, CancellationToken Token)
{
    /// <summary>Whether it keeps its orchestration running.</summary>
    public bool IsOpen => !Done.Task.IsCompleted;
}
