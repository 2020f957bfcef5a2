using Benchmarks.Job;
using Benchmarks.Reference;
using DurableTask.PostgreSQL;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

// Every engine lets all jobs wait for the provider at once.
const int JobsAtOnce = 1_000;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var settings = JobSettings.FromEnvironment();
await using var steps = new JobSteps(settings);
builder.Services.AddDurableTaskPostgreSql(options =>
{
    options.ConnectionString = settings.ConnectionString;
    options.MaxConcurrentActivities = JobsAtOnce;
});
builder.Services.AddDurableTaskWorker(worker => worker.AddTasks(tasks => JobTasks.Register(tasks, steps)).UsePostgreSql());
builder.Services.AddDurableTaskClient(client => client.UsePostgreSql());

var app = builder.Build();
app.MapGet("/health", () => Results.Ok());

// After the 202 the job is done whatever process dies.
app.MapPost("/submit", async (JobInput job, DurableTaskClient client, CancellationToken cancellationToken) =>
{
    await client.ScheduleNewOrchestrationInstanceAsync(JobTasks.Job, job, new StartOrchestrationOptions(job.Id), cancellationToken);
    return Results.Accepted();
});
await app.RunAsync();
