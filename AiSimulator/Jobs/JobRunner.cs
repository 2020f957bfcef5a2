using AiSimulator.Faults;
using AiSimulator.Painting;
using AiSimulator.Webhooks;

namespace AiSimulator.Jobs;

/// <summary>Brings jobs from their submission to their end, and reports to their clients.</summary>
internal sealed class JobRunner(SimulatorOptions options, JobStore store, Studio studio, WebhookSender sender, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan DefaultLateness = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts a job. The task completes once the submission may get its response: at once, or, where the callback is to come early, when
    /// the job's last callback has been delivered or refused.
    /// </summary>
    public async Task StartAsync(Job job, IJobReporter reporter)
    {
        store.Add(job);
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => RunAsync(job, reporter, reported));
        if (job.Fault?.Kind == FaultKind.CallbackEarly) await reported.Task;
    }

    /// <summary>Ends a job that has not ended; returns it as it then is.</summary>
    public Job Cancel(Job job, IJobReporter reporter)
    {
        if (store.Change(job.Id, j => j with { State = JobState.Canceled, EndedAt = Now }) is { } canceled)
        {
            _ = ReportAsync(canceled, reporter, null, null);
            return canceled;
        }
        return store.Find(job.Provider, job.Id) ?? job;
    }

    /// <summary>A picture of a job that succeeded.</summary>
    public async Task<byte[]> PictureAsync(Job job, int index, CancellationToken cancellation) => job.Fault?.Kind == FaultKind.BadImage
        ? Studio.NotAPicture
        : await studio.PaintAsync(job.Order with { Index = job.Order.Index + index }, cancellation);

    /// <summary>Whether a job's pictures can still be fetched.</summary>
    public bool HasOutput(Job job) =>
        job is { State: JobState.Succeeded, EndedAt: { } ended } && job.Fault?.Kind is not (FaultKind.OutputGone or FaultKind.Empty) && Now - ended < options.OutputLifetime;

    private DateTimeOffset Now => options.Clock.GetUtcNow();

    private async Task RunAsync(Job job, IJobReporter reporter, TaskCompletionSource reported)
    {
        try
        {
            // A tenth of the time a job waits for its turn.
            await Task.Delay(job.Duration / 10, options.Clock, lifetime.ApplicationStopping);
            if (store.Change(job.Id, j => j with { State = JobState.Processing, StartedAt = Now }) is not { } started) return;
            _ = ReportAsync(started, reporter, null, null);
            if (job.Fault?.Kind == FaultKind.JobStuck) return;

            var failure = job.Fault?.Kind is FaultKind.JobFailed or FaultKind.Moderation ? reporter.ErrorOf(job.Fault.Kind) : null;
            var painted = failure is null ? PictureAsync(job, 0, lifetime.ApplicationStopping) : null;
            await Task.Delay(job.Duration * 0.9, options.Clock, lifetime.ApplicationStopping);
            var picture = painted is null ? null : await painted;
            var ended = store.Change(job.Id, j => j with
            {
                State = failure is null ? JobState.Succeeded : JobState.Failed,
                Error = failure,
                EndedAt = Now,
            });
            if (ended is not null) await ReportAsync(ended, reporter, picture, reported);
        }
        catch (OperationCanceledException)
        {
            // The simulator stops; its jobs stop with it.
        }
        finally
        {
            reported.TrySetResult();
        }
    }

    private async Task ReportAsync(Job job, IJobReporter reporter, byte[]? picture, TaskCompletionSource? reported)
    {
        if (job.Webhook is null || job.Fault?.Kind == FaultKind.CallbackLost || reporter.Report(job, picture, isForged: false) is not { } webhook) return;
        if (job is { IsEnded: true, Fault: { } fault })
        {
            if (fault.Kind == FaultKind.CallbackLate) await Task.Delay(fault.Delay ?? DefaultLateness, options.Clock, lifetime.ApplicationStopping);
            if (fault.Kind == FaultKind.CallbackForged && reporter.Report(job, picture, isForged: true) is { } forged) await sender.SendAsync(job, forged, isForged: true);
            if (fault.Kind == FaultKind.CallbackTwice) await sender.SendAsync(job, webhook);
        }
        await sender.SendAsync(job, webhook, firstTry: reported);
    }
}
