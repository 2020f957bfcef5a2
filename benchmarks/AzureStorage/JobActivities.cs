using Benchmarks.Job;
using DurableTask.Core;

namespace Benchmarks.AzureStorage;

/// <summary>Inserts the status row.</summary>
internal sealed class InsertActivity(JobSteps steps) : AsyncTaskActivity<JobInput, bool>
{
    protected override async Task<bool> ExecuteAsync(TaskContext context, JobInput input)
    {
        await steps.InsertAsync(input);
        return true;
    }
}

/// <summary>Asks the provider for the text.</summary>
internal sealed class WriteTextActivity(JobSteps steps) : AsyncTaskActivity<JobInput, string>
{
    protected override Task<string> ExecuteAsync(TaskContext context, JobInput input) => steps.WriteTextAsync(input);
}

/// <summary>Asks the provider for the image and writes it to a file.</summary>
internal sealed class DrawImageActivity(JobSteps steps) : AsyncTaskActivity<JobInput, string>
{
    protected override Task<string> ExecuteAsync(TaskContext context, JobInput input) => steps.DrawImageAsync(input);
}

/// <summary>Completes the status row.</summary>
internal sealed class CompleteActivity(JobSteps steps) : AsyncTaskActivity<Completion, bool>
{
    protected override async Task<bool> ExecuteAsync(TaskContext context, Completion input)
    {
        await steps.CompleteAsync(input.Id, input.Text, input.ImagePath);
        return true;
    }
}
