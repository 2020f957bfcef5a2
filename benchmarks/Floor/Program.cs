using Benchmarks.Job;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();
await using var steps = new JobSteps(JobSettings.FromEnvironment());

app.MapGet("/health", () => Results.Ok());
app.MapPost("/submit", async (JobInput job) =>
{
    await steps.InsertAsync(job);
    _ = Task.Run(() => FinishAsync(job));
    return Results.Accepted();
});
await app.RunAsync();

async Task FinishAsync(JobInput job)
{
    try
    {
        var text = steps.WriteTextAsync(job);
        var image = steps.DrawImageAsync(job);
        await Task.WhenAll(text, image);
        await steps.CompleteAsync(job.Id, await text, await image);
    }
    catch (Exception exception)
    {
        // Nothing awaits this task: a failure is logged here, and the harness sees a job that never completes.
        app.Logger.LogError(exception, "Job {JobId} failed.", job.Id);
    }
}
