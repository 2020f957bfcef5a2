using Microsoft.Azure.WebJobs.Host.Scale;

namespace DurableTask.PostgreSQL.AzureFunctions;

/// <summary>How many workers a task hub can use, for the platform's scale controller.</summary>
internal sealed class TaskHubScaler(PostgreSqlOrchestrationService service, PostgreSqlOrchestrationServiceOptions options, string functionId)
    : IScaleMonitor<TaskHubScaleMetrics>, ITargetScaler
{
    public ScaleMonitorDescriptor Descriptor { get; } = new($"DurableTask-PostgreSQL:{options.TaskHub}", functionId);

    public TargetScalerDescriptor TargetScalerDescriptor { get; } = new(functionId);

    /// <summary>Orchestrations for one worker: what it holds, and no more than it can run an activity of at once.</summary>
    private int PerWorker => Math.Min(options.MaxLiveOrchestrations, options.MaxConcurrentActivities);

    public async Task<TaskHubScaleMetrics> GetMetricsAsync()
    {
        var backlog = await service.GetBacklogAsync();
        var work = backlog.Ready + backlog.Held;
        return new TaskHubScaleMetrics { Ready = backlog.Ready, Held = backlog.Held, Workers = (int)Math.Min((work + PerWorker - 1) / PerWorker, int.MaxValue) };
    }

    async Task<ScaleMetrics> IScaleMonitor.GetMetricsAsync() => await GetMetricsAsync();

    public ScaleStatus GetScaleStatus(ScaleStatusContext<TaskHubScaleMetrics> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return StatusOf(context.WorkerCount, context.Metrics?.LastOrDefault());
    }

    ScaleStatus IScaleMonitor.GetScaleStatus(ScaleStatusContext context) =>
        StatusOf(context.WorkerCount, context.Metrics?.OfType<TaskHubScaleMetrics>().LastOrDefault());

    public async Task<TargetScalerResult> GetScaleResultAsync(TargetScalerContext context) =>
        new() { TargetWorkerCount = (await GetMetricsAsync()).Workers };

    private static ScaleStatus StatusOf(int workers, TaskHubScaleMetrics? latest) => new()
    {
        Vote = latest is null || latest.Workers == workers ? ScaleVote.None : latest.Workers > workers ? ScaleVote.ScaleOut : ScaleVote.ScaleIn,
    };
}

/// <summary>A sample of a task hub's work.</summary>
internal sealed class TaskHubScaleMetrics : ScaleMetrics
{
    /// <summary>Orchestrations that could run and that no worker holds.</summary>
    public long Ready { get; set; }

    /// <summary>Orchestrations that workers hold.</summary>
    public long Held { get; set; }

    /// <summary>The workers for both.</summary>
    public int Workers { get; set; }
}
