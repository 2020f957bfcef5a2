using Atelier.Campaigns.Workflow.Jobs;
using Atelier.Durable;
using Atelier.Generation;
using FunctionApp.Tests.Durable;

namespace FunctionApp.Tests.Campaigns.Workflow;

/// <summary>An image that is ordered: whichever of callback and poll comes first, nothing happens twice and no timer or monitor is left.</summary>
public sealed class AsyncImagePartTests
{
    private static readonly string[] StoredAtOnce = ["SubmitImage", "StoreImage", "CompleteCampaign"];

    private readonly AsyncImageScript _script = new();

    [Fact]
    public async Task Callback_InTime_IsStoredWithoutAPoll()
    {
        var run = _script.Run();
        Assert.Equal(AsyncImageScript.PollInterval, Assert.Single(_script.Timers).Delay);

        _script.Raise(AsyncImageScript.Succeeded());

        await EndsAsync(run, "COMPLETE", StoredAtOnce);
        Assert.Equal(AsyncImageScript.Succeeded(), Assert.Single(_script.Stored));
    }

    [Fact]
    public async Task Callback_BeforeTheResponseToTheOrder_IsStored()
    {
        var order = new TaskCompletionSource<SubmittedImage?>();
        _script.OnSubmit(() => order.Task);
        var run = _script.Run();
        _script.Raise(AsyncImageScript.Succeeded());
        Assert.Empty(_script.Stored);

        order.SetResult(await AsyncImageScript.Submitted(AsyncImageScript.Job));

        await EndsAsync(run, "COMPLETE", StoredAtOnce);
    }

    [Fact]
    public async Task Job_TakesHours_HistoryStaysShort()
    {
        var polls = 5 * MonitorImageJob.PollsPerRun;
        _script.OnSubmit(() => Task.FromResult<SubmittedImage?>(
            new SubmittedImage(AsyncImageScript.Job, IsKnown: false, AsyncImageScript.PollInterval, TimeSpan.FromHours(12))));
        _script.OnPoll([.. Enumerable.Repeat(AsyncImageScript.Running, polls), AsyncImageScript.Succeeded()]);
        var run = _script.Run();

        for (var i = 0; i <= polls; i++) _script.Fire();

        Assert.Equal("COMPLETE", await run);
        Assert.Equal(5, _script.Continuations);
        Assert.Single(_script.Monitors);
        Assert.Equal(polls + 1, _script.Timers.Count);
        Assert.Equal(TimeSpan.FromSeconds(30), _script.Timers[^1].Delay);
    }

    [Fact]
    public async Task Callback_WithTheLastPollBeforeTheMonitorContinues_EndsTheMonitor()
    {
        var question = new TaskCompletionSource<ImageReport>();
        _script.OnPoll([.. Enumerable.Repeat(AsyncImageScript.Running, MonitorImageJob.PollsPerRun - 1)]);
        _script.OnPoll(() => question.Task);
        var run = _script.Run();
        for (var i = 0; i < MonitorImageJob.PollsPerRun; i++) _script.Fire();
        _script.Raise(AsyncImageScript.Succeeded());

        Assert.Equal("COMPLETE", await run);
        question.SetResult(AsyncImageScript.Running);

        Assert.False(_script.HasOpenMonitor);
        Assert.Equal(0, _script.Continuations);
    }

    [Fact]
    public async Task Callback_Lost_PollsWithBackoffFindTheImage()
    {
        _script.OnPoll([.. Enumerable.Repeat(AsyncImageScript.Running, 6), AsyncImageScript.Succeeded()]);
        var run = _script.Run();

        for (var i = 0; i < 7; i++) _script.Fire();

        Assert.Equal("COMPLETE", await run);
        Assert.Equal([5, 5, 7.5, 11.25, 16.875, 25.3125, 30], _script.Timers.Select(timer => timer.Delay.TotalSeconds));
        Assert.Equal(7, _script.Calls.Count(call => call == nameof(PollImage)));
        Assert.Equal(AsyncImageScript.Succeeded(), Assert.Single(_script.Stored));
        Assert.DoesNotContain(_script.Timers, timer => timer.IsOpen);
    }

    [Fact]
    public async Task Callback_WhileAPollIsUnderWay_IsNotHeldUpByIt()
    {
        var question = new TaskCompletionSource<ImageReport>();
        _script.OnPoll(() => question.Task);
        var run = _script.Run();
        _script.Fire();

        _script.Raise(AsyncImageScript.Succeeded());

        Assert.Equal("COMPLETE", await run);
        question.SetResult(AsyncImageScript.Running);
        await EndsAsync(run, "COMPLETE", ["SubmitImage", "PollImage", "StoreImage", "CompleteCampaign"]);
    }

    [Fact]
    public async Task Callback_AfterAPollHasFoundTheImage_ChangesNothing()
    {
        var store = new TaskCompletionSource();
        _script.OnPoll(AsyncImageScript.Succeeded());
        _script.OnStore(() => store.Task);
        var run = _script.Run();
        _script.Fire();

        _script.Raise(AsyncImageScript.Succeeded());
        store.SetResult();

        await EndsAsync(run, "COMPLETE", ["SubmitImage", "PollImage", "StoreImage", "CompleteCampaign"]);
    }

    [Fact]
    public async Task Callback_Twice_IsStoredOnce()
    {
        var store = new TaskCompletionSource();
        _script.OnStore(() => store.Task);
        var run = _script.Run();

        _script.Raise(AsyncImageScript.Succeeded());
        _script.Raise(AsyncImageScript.Succeeded());
        store.SetResult();

        await EndsAsync(run, "COMPLETE", StoredAtOnce);
    }

    [Fact]
    public async Task Callback_OfAnotherJobOrOfARunningOne_IsIgnored()
    {
        var run = _script.Run();

        _script.Raise(AsyncImageScript.Succeeded("job-0"));
        _script.Raise(AsyncImageScript.Running);
        Assert.Empty(_script.Stored);
        Assert.True(Assert.Single(_script.Timers).IsOpen);
        _script.Raise(AsyncImageScript.Succeeded());

        await EndsAsync(run, "COMPLETE", StoredAtOnce);
    }

    [Fact]
    public async Task Job_Fails_IsOrderedAgainAfterTheDelay_AndIgnoresTheFirstJobsCallback()
    {
        var failure = new ActivityFailure("server_error", "The job failed.", CanRetry: true, new RetryWait(TimeSpan.FromSeconds(3), 1));
        _script.OnStore(() => throw Failures.Thrown(failure));
        _script.OnSubmit(() => AsyncImageScript.Submitted("job-0"));
        var run = _script.Run();
        _script.Raise(new ImageReport("job-0", ImageJobStatus.Failed, Code: "server_error", CanRetry: true));
        Assert.Equal(TimeSpan.FromSeconds(3), _script.Timers[^1].Delay);
        _script.Raise(AsyncImageScript.Succeeded("job-0"));

        _script.Fire();
        Assert.Single(_script.Stored);
        _script.Raise(AsyncImageScript.Succeeded());

        await EndsAsync(run, "COMPLETE", ["SubmitImage", "StoreImage", "SubmitImage", "StoreImage", "CompleteCampaign"]);
        Assert.Equal(["job-0", AsyncImageScript.Job], _script.Stored.Select(report => report.JobId));
        Assert.Equal(2, _script.Monitors.Count());
    }

    [Fact]
    public async Task Job_FailsForGood_FailsThePart()
    {
        _script.OnStore(() => throw Failures.Thrown(new ActivityFailure("moderation_blocked", "Not this picture.", CanRetry: false)));
        var run = _script.Run();

        _script.Raise(new ImageReport(AsyncImageScript.Job, ImageJobStatus.Failed, Code: "moderation_blocked"));

        await EndsAsync(run, "FAILED", StoredAtOnce);
    }

    [Fact]
    public async Task Job_NeverEnds_FailsAtItsTimeout()
    {
        var run = _script.Run();

        while (!run.IsCompleted) _script.Fire();

        Assert.Equal("COMPLETE", await run);
        var report = Assert.Single(_script.Stored);
        Assert.Equal((ImageJobStatus.Failed, "timeout", true, true), (report.Status, report.Code, report.CanRetry, report.IsAbandoned));
        Assert.Equal(AsyncImageScript.JobTimeout, _script.Timers.Aggregate(TimeSpan.Zero, (sum, timer) => sum + timer.Delay));
    }

    [Fact]
    public async Task Provider_AsksToWait_IsNotPolledEarlier()
    {
        _script.OnPoll(AsyncImageScript.Running with { AskAgainIn = TimeSpan.FromSeconds(40) }, AsyncImageScript.Succeeded());
        var run = _script.Run();

        _script.Fire();
        Assert.Equal(TimeSpan.FromSeconds(40), _script.Timers[^1].Delay);
        _script.Fire();

        Assert.Equal("COMPLETE", await run);
    }

    [Fact]
    public async Task Job_OrderedBefore_IsPolledAtOnce()
    {
        _script.OnSubmit(() => AsyncImageScript.Submitted(AsyncImageScript.Job, isKnown: true));
        _script.OnPoll(AsyncImageScript.Succeeded());

        await EndsAsync(_script.Run(), "COMPLETE", ["SubmitImage", "PollImage", "StoreImage", "CompleteCampaign"]);
        Assert.Empty(_script.Timers);
    }

    [Fact]
    public async Task Submit_NothingLeftToOrder_EndsThePart()
    {
        _script.OnSubmit(() => Task.FromResult<SubmittedImage?>(null));

        await EndsAsync(_script.Run(), "COMPLETE", ["SubmitImage", "CompleteCampaign"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_WhileWaiting_CancelsAtTheProviderAndLeavesNoTimer(bool isProviderAway)
    {
        if (isProviderAway)
            _script.CancelAtProvider = () => throw Failures.Thrown(new ActivityFailure("server_error", "Away.", CanRetry: true));
        var run = _script.Run();
        Assert.True(Assert.Single(_script.Timers).IsOpen);

        _script.Cancel();

        await EndsAsync(run, "CANCELED", ["SubmitImage", "CancelImages"]);
    }

    [Fact]
    public async Task Campaign_SynchronousTextAndAsynchronousImage_MakesBothInParallel()
    {
        var run = _script.Run(withText: true);
        Assert.Equal(["GenerateText", "SubmitImage"], _script.Calls);

        _script.Raise(AsyncImageScript.Succeeded());

        await EndsAsync(run, "COMPLETE", ["GenerateText", "SubmitImage", "StoreImage", "CompleteCampaign"]);
    }

    private async Task EndsAsync(Task<string> run, string status, string[] calls)
    {
        Assert.Equal(status, await run);
        Assert.Equal(calls, _script.Calls);
        // An orchestration does not complete before its last timer and its last sub-orchestration have ended.
        Assert.DoesNotContain(_script.Timers, timer => timer.IsOpen);
        Assert.False(_script.HasOpenMonitor);
    }
}
