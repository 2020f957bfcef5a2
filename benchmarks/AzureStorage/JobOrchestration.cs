using Benchmarks.Job;
using DurableTask.Core;

namespace Benchmarks.AzureStorage;

/// <summary>The reference job: a status row, two calls at once, and the row's completion.</summary>
internal sealed class JobOrchestration : TaskOrchestration<bool, JobInput>
{
    public override async Task<bool> RunTask(OrchestrationContext context, JobInput input)
    {
        await context.ScheduleTask<bool>(typeof(InsertActivity), input);
        var text = context.ScheduleTask<string>(typeof(WriteTextActivity), input);
        var image = context.ScheduleTask<string>(typeof(DrawImageActivity), input);
        await Task.WhenAll(text, image);
        return await context.ScheduleTask<bool>(typeof(CompleteActivity), new Completion(input.Id, await text, await image));
    }
}
