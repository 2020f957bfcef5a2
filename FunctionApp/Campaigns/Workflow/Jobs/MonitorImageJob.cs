using Atelier.Generation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Atelier.Campaigns.Workflow.Jobs;

/// <summary>
/// Monitors one job at an asynchronous provider, as a sub-orchestration of <see cref="CampaignOrchestrator"/>: it polls with backoff until the
/// job has ended or its time is up. After some polls it continues as new, so that its history does not grow with the length of the job.
/// </summary>
/// <remarks>Deterministic: it decides from its input, its activities' results and its clock alone.</remarks>
public static class MonitorImageJob
{
    /// <summary>The external event that ends it: the job's callback has come, or the campaign was canceled.</summary>
    public const string StopEvent = "stop";

    /// <summary>The polls of one run of the orchestration, after which it continues as new.</summary>
    internal const int PollsPerRun = 20;

    private const double Backoff = 1.5;
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(30);

    /// <summary>Polls until the job has ended.</summary>
    /// <returns>How the job ended; <see langword="null"/> where the monitor was stopped.</returns>
    [Function(nameof(MonitorImageJob))]
    public static async Task<ImageReport?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, JobWatch watch)
    {
        var options = TaskOptions.FromRetryPolicy(watch.Part.Retry.ToPolicy());
        var deadline = context.CurrentUtcDateTime + watch.Left;
        var stopped = context.WaitForExternalEvent<bool>(StopEvent, CancellationToken.None);
        for (var poll = 0; poll < PollsPerRun; poll++)
        {
            if (watch.Pause > TimeSpan.Zero && !await WaitAsync(context, watch.Pause, stopped))
                return null;

            var input = new ImageJobInput(watch.Part, new ImageReport(watch.JobId, ImageJobStatus.Running));
            var report = await context.CallActivityAsync<ImageReport>(nameof(PollImage), input, options);
            if (report.Status != ImageJobStatus.Running)
                return report;
            var left = deadline - context.CurrentUtcDateTime;
            if (left <= TimeSpan.Zero)
                return ImageReport.TimedOut(watch.JobId);
            watch = Next(watch, report.AskAgainIn, left);
        }

        // A stop that came with the last poll must be handled here: this run has consumed the event, so the next would not get it.
        if (stopped.IsCompleted)
            return null;
        context.ContinueAsNew(watch);
        return null;
    }

    private static async Task<bool> WaitAsync(TaskOrchestrationContext context, TimeSpan pause, Task stopped)
    {
        // An orchestration does not complete before its last timer has ended: the one that is not needed is canceled.
        using var timerCancellation = new CancellationTokenSource();
        var timer = context.CreateTimer(pause, timerCancellation.Token);
        if (await Task.WhenAny(timer, stopped) == timer)
            return true;
        timerCancellation.Cancel();
        return false;
    }

    private static JobWatch Next(JobWatch watch, TimeSpan? askAgainIn, TimeSpan left)
    {
        var pause = Longer(askAgainIn ?? TimeSpan.Zero, watch.Interval);
        var interval = watch.Interval >= LongestInterval ? watch.Interval : Shorter(watch.Interval * Backoff, LongestInterval);
        return watch with { Left = left, Pause = Shorter(pause, left), Interval = interval };
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

/// <summary>The input of <see cref="MonitorImageJob"/>.</summary>
/// <param name="Part">The image.</param>
/// <param name="JobId">The job's id at the provider.</param>
/// <param name="Left">The time after which a job that has not ended times out, from the start of this run: another node's clock may be another.</param>
/// <param name="Interval">The time between the next poll and the one after it.</param>
/// <param name="Pause">The time until the next poll; zero for at once.</param>
public sealed record JobWatch(PartInput Part, string JobId, TimeSpan Left, TimeSpan Interval, TimeSpan Pause);
