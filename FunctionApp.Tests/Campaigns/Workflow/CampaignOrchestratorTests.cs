using System.Text.Json;
using Atelier.Campaigns.Workflow;
using Atelier.Durable;
using Atelier.Outages;
using FunctionApp.Tests.Durable;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace FunctionApp.Tests.Campaigns.Workflow;

public sealed class CampaignOrchestratorTests
{
    private static readonly Guid Id = Guid.Parse("01987a6e-0000-7000-8000-000000000001");
    private static readonly RetrySettings Retry = new(
        MaxAttempts: 4, TimeSpan.FromSeconds(3), Backoff: 1.5, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(9));

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<string> _calls = [];
    private readonly List<TaskOptions?> _partOptions = [];
    private readonly Dictionary<string, Task> _parts = [];
    private readonly Dictionary<string, string> _statuses = [];
    private readonly TaskCompletionSource<object?> _canceled = new();
    private CampaignEnd? _end;

    public CampaignOrchestratorTests()
    {
        _context.Setup(context => context.CreateReplaySafeLogger(It.IsAny<string>())).Returns(NullLogger.Instance);
        _context
            .Setup(context => context.CallActivityAsync<string?>(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns(async (TaskName name, object? input, TaskOptions? options) =>
            {
                var part = Assert.IsType<PartInput>(input).Part;
                _calls.Add($"{name.Name} {part}");
                _partOptions.Add(options);
                await _parts.GetValueOrDefault(part, Task.CompletedTask);
                return _statuses.GetValueOrDefault(part, "RUNNING");
            });
        _context
            .Setup(context => context.WaitForExternalEvent<object?>("cancel", It.IsAny<CancellationToken>()))
            .Returns(_canceled.Task);
        OnCall(nameof(MarkRunning), _ => "RUNNING");
        OnCall(nameof(CompleteCampaign), input =>
        {
            _end = Assert.IsType<CampaignEnd>(input);
            return _end.Failed.Count == 0 ? "COMPLETE" : "FAILED";
        });
    }

    [Fact]
    public async Task Run_AllPartsSucceed_CompletesWithoutFailures()
    {
        var status = await RunAsync();

        Assert.Equal("COMPLETE", status);
        Assert.Equal(["GenerateText text", "GenerateImage image/0", "GenerateImage image/1", "CompleteCampaign"], _calls);
        Assert.Empty(_end!.Failed);
    }

    [Fact]
    public async Task Run_FirstPartNotDone_HasStartedAllOthers()
    {
        var text = new TaskCompletionSource();
        _parts["text"] = text.Task;

        var run = RunAsync();

        Assert.Equal(3, _calls.Count);
        Assert.False(run.IsCompleted);
        text.SetResult();
        Assert.Equal("COMPLETE", await run);
    }

    [Fact]
    public async Task Run_PartsFail_OthersStillFinishAndFailuresKeepTheirOrder()
    {
        var slow = new TaskCompletionSource();
        _parts["text"] = slow.Task;
        _parts["image/0"] = Task.FromException(Failures.Thrown(new ActivityFailure("content_filter", "Not this picture.", CanRetry: false)));

        var run = RunAsync();
        Assert.False(run.IsCompleted);
        slow.SetException(Failures.Thrown(new ActivityFailure("timeout", "No response.", CanRetry: false)));

        Assert.Equal("FAILED", await run);
        Assert.Equal(
            [new FailedPart(null, "timeout", "No response."), new FailedPart(0, "content_filter", "Not this picture.")], _end!.Failed);
    }

    [Fact]
    public async Task Run_PartsEnd_CustomStatusSaysWhichAreDone()
    {
        var statuses = new List<string>();
        _context
            .Setup(context => context.SetCustomStatus(It.IsAny<object?>()))
            .Callback((object? status) => statuses.Add(JsonSerializer.Serialize(status)));
        var slow = new TaskCompletionSource();
        _parts["text"] = slow.Task;
        _parts["image/0"] = Task.FromException(Failures.Thrown(new ActivityFailure("content_filter", "Not this picture.", CanRetry: false)));

        var run = RunAsync();
        slow.SetResult();
        await run;

        Assert.Equal("""{"done":[],"failed":[],"pending":["text","image/0","image/1"]}""", statuses[0]);
        Assert.Equal("""{"done":["image/1"],"failed":["image/0"],"pending":["text"]}""", statuses[^2]);
        Assert.Equal("""{"done":["image/1","text"],"failed":["image/0"],"pending":[]}""", statuses[^1]);
    }

    [Fact]
    public async Task Run_LastPartHasCompletedTheCampaign_RecordsNothingMore()
    {
        _statuses["image/1"] = "COMPLETE";

        Assert.Equal("COMPLETE", await RunAsync());
        Assert.Equal(["GenerateText text", "GenerateImage image/0", "GenerateImage image/1"], _calls);
    }

    [Fact]
    public async Task Run_OfVersion10_ContinuesAsItBegan()
    {
        _context.Setup(context => context.CompareVersionTo("1.1")).Returns(-1);

        Assert.Equal("COMPLETE", await RunAsync());
        Assert.Equal(["MarkRunning", "GenerateText text", "GenerateImage image/0", "GenerateImage image/1", "CompleteCampaign"], _calls);
    }

    [Fact]
    public async Task Run_OfVersion10AndCampaignHasEndedBefore_MakesNothing()
    {
        _context.Setup(context => context.CompareVersionTo("1.1")).Returns(-1);
        OnCall(nameof(MarkRunning), _ => "CANCELED");

        Assert.Equal("CANCELED", await RunAsync());
        Assert.Equal(["MarkRunning"], _calls);
    }

    [Fact]
    public async Task Run_EachPart_GetsThePolicyOfItsInput()
    {
        await RunAsync();

        Assert.Equal(3, _partOptions.Count);
        Assert.All(_partOptions, options =>
        {
            var policy = options!.Retry!.Policy!;
            Assert.Equal(Retry.MaxAttempts, policy.MaxNumberOfAttempts);
            Assert.Equal(Retry.FirstInterval, policy.FirstRetryInterval);
            Assert.Equal(Retry.Backoff, policy.BackoffCoefficient);
            Assert.Equal(Retry.MaxInterval, policy.MaxRetryInterval);
            Assert.Equal(Retry.Timeout, policy.RetryTimeout);
        });
    }

    [Fact]
    public async Task Run_Canceled_EndsWithoutTheOthersAndLeavesNoTimer()
    {
        CancellationToken timer = default;
        _context
            .Setup(context => context.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .Returns((TimeSpan _, CancellationToken token) =>
            {
                timer = token;
                return new TaskCompletionSource().Task;
            });
        _parts["text"] = Task.FromException(Failures.Thrown(new ActivityFailure("rate_limited", "Slow down.", CanRetry: true, new RetryWait(TimeSpan.FromHours(1), 1))));
        _parts["image/0"] = new TaskCompletionSource().Task;

        var run = RunAsync();
        Assert.False(run.IsCompleted);
        _canceled.SetResult(null);

        Assert.Equal("CANCELED", await run);
        Assert.True(timer.IsCancellationRequested);
        Assert.DoesNotContain("CompleteCampaign", _calls);
    }

    [Fact]
    public async Task Run_ProviderAsksToWait_WaitsByTimerAndContinuesThePolicy()
    {
        var timer = new TaskCompletionSource();
        var wait = new RetryWait(TimeSpan.FromSeconds(90), Attempts: 1);
        _context.Setup(context => context.CreateTimer(wait.Delay, It.IsAny<CancellationToken>())).Returns(timer.Task);
        var failure = new ActivityFailure("rate_limited", "Slow down.", CanRetry: true, wait);
        _parts["text"] = Task.FromException(Failures.Thrown(failure));

        var run = RunAsync();
        Assert.False(_partOptions[0]!.Retry!.Policy!.Handle(Failures.Retried(failure)));
        Assert.Equal(3, _calls.Count);
        _parts.Remove("text");
        timer.SetResult();

        Assert.Equal("COMPLETE", await run);
        Assert.Equal("GenerateText text", _calls[^2]);
        var rest = _partOptions[^1]!.Retry!.Policy!;
        Assert.Equal(Retry.MaxAttempts - 1, rest.MaxNumberOfAttempts);
        Assert.Equal(TimeSpan.FromSeconds(4.5), rest.FirstRetryInterval);
    }

    [Fact]
    public async Task Run_ServiceAwayForMoreTriesThanThePolicyHas_WaitsLongerEachTimeAndCompletes()
    {
        var delays = new List<TimeSpan>();
        _context
            .Setup(context => context.CreateTimer(It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .Returns((TimeSpan delay, CancellationToken _) =>
            {
                delays.Add(delay);
                if (delays.Count == 12)
                    _parts.Remove("image/1");
                return Task.CompletedTask;
            });
        var outage = ActivityFailure.From(new OutageException("postgres"));
        _parts["image/1"] = Task.FromException(Failures.Thrown(outage));

        Assert.Equal("COMPLETE", await RunAsync());
        Assert.False(_partOptions[0]!.Retry!.Policy!.Handle(Failures.Retried(outage)));
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300], delays.Select(delay => delay.TotalSeconds));
        Assert.All(_partOptions, options => Assert.Equal(Retry.MaxAttempts, options!.Retry!.Policy!.MaxNumberOfAttempts));
    }

    [Theory]
    [InlineData(nameof(MarkRunning), "RUNNING", -1)]
    [InlineData(nameof(CompleteCampaign), "COMPLETE", 0)]
    public async Task Run_CampaignCannotBeRecorded_IsRepeatedWithoutALastTime(string activity, string result, int version)
    {
        var failures = 1_000;
        _context.Setup(context => context.CompareVersionTo("1.1")).Returns(version);
        OnCall(activity, _ => failures-- > 0 ? throw Failures.Thrown(ActivityFailure.Unforeseen()) : result);

        Assert.Equal("COMPLETE", await RunAsync());
        _context.Verify(context => context.CreateTimer(TimeSpan.FromMinutes(5), It.IsAny<CancellationToken>()), Times.Exactly(991));
    }

    private Task<string> RunAsync() =>
        CampaignOrchestrator.RunAsync(
            _context.Object,
            new CampaignInput(Id, [new PartInput(Id, null, Retry), new PartInput(Id, 0, Retry), new PartInput(Id, 1, Retry)]));

    private void OnCall(string activity, Func<object?, string> respond) =>
        _context
            .Setup(context => context.CallActivityAsync<string>(
                It.Is<TaskName>(name => name.Name == activity), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .ReturnsAsync((TaskName name, object? input, TaskOptions? _) =>
            {
                _calls.Add(name.Name);
                return respond(input);
            });
}
