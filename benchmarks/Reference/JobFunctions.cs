using Benchmarks.Job;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Benchmarks.Reference;

/// <summary>The reference job: a status row, two calls at once, and the row's completion.</summary>
public static class JobFunctions
{
    [Function("Health")]
    public static IResult Health([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => Results.Ok();

    /// <summary>Accepts a job. After the 202 it is done whatever process dies.</summary>
    [Function("Submit")]
    public static async Task<IResult> SubmitAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "submit")] HttpRequest request,
        [Microsoft.Azure.Functions.Worker.Http.FromBody] JobInput job,
        [DurableClient] DurableTaskClient client)
    {
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(RunJobAsync), job, new StartOrchestrationOptions { InstanceId = job.Id }, request.HttpContext.RequestAborted);
        return Results.Accepted();
    }

    [Function(nameof(RunJobAsync))]
    public static async Task RunJobAsync([OrchestrationTrigger] TaskOrchestrationContext context, JobInput job)
    {
        await context.CallActivityAsync(nameof(JobActivities.InsertAsync), job);
        var text = context.CallActivityAsync<string>(nameof(JobActivities.WriteTextAsync), job);
        var image = context.CallActivityAsync<string>(nameof(JobActivities.DrawImageAsync), job);
        await Task.WhenAll(text, image);
        await context.CallActivityAsync(nameof(JobActivities.CompleteAsync), new Completion(job.Id, await text, await image));
    }
}
