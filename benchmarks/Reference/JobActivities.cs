using Benchmarks.Job;
using Microsoft.Azure.Functions.Worker;

namespace Benchmarks.Reference;

/// <summary>The steps of the reference job, one activity each.</summary>
public sealed class JobActivities(JobSteps steps)
{
    [Function(nameof(InsertAsync))]
    public Task InsertAsync([ActivityTrigger] JobInput job) => steps.InsertAsync(job);

    [Function(nameof(WriteTextAsync))]
    public Task<string> WriteTextAsync([ActivityTrigger] JobInput job) => steps.WriteTextAsync(job);

    [Function(nameof(DrawImageAsync))]
    public Task<string> DrawImageAsync([ActivityTrigger] JobInput job) => steps.DrawImageAsync(job);

    [Function(nameof(CompleteAsync))]
    public Task CompleteAsync([ActivityTrigger] Completion completion) =>
        steps.CompleteAsync(completion.Id, completion.Text, completion.ImagePath);
}

/// <summary>What the last step writes.</summary>
public sealed record Completion(string Id, string Text, string ImagePath);
