using Benchmarks.Job;
using Microsoft.DurableTask;

namespace Benchmarks.Reference;

/// <summary>The reference job as an orchestration: a status row, two calls at once, and the row's completion.</summary>
internal static class JobTasks
{
    /// <summary>The orchestrator's name.</summary>
    public const string Job = "Job";

    private const string Insert = "Insert";
    private const string WriteText = "WriteText";
    private const string DrawImage = "DrawImage";
    private const string Complete = "Complete";

    public static void Register(DurableTaskRegistry tasks, JobSteps steps) => tasks
        .AddOrchestratorFunc<JobInput>(Job, RunAsync)
        .AddActivityFunc<JobInput>(Insert, (_, job) => steps.InsertAsync(job))
        .AddActivityFunc<JobInput, string>(WriteText, (_, job) => steps.WriteTextAsync(job))
        .AddActivityFunc<JobInput, string>(DrawImage, (_, job) => steps.DrawImageAsync(job))
        .AddActivityFunc<Completion>(Complete, (_, done) => steps.CompleteAsync(done.Id, done.Text, done.ImagePath));

    private static async Task RunAsync(TaskOrchestrationContext context, JobInput job)
    {
        await context.CallActivityAsync(Insert, job);
        var text = context.CallActivityAsync<string>(WriteText, job);
        var image = context.CallActivityAsync<string>(DrawImage, job);
        await Task.WhenAll(text, image);
        await context.CallActivityAsync(Complete, new Completion(job.Id, await text, await image));
    }
}
