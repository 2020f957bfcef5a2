using Benchmarks.AzureStorage;
using Benchmarks.Job;
using DurableTask.AzureStorage;
using DurableTask.Core;

// Every engine lets all jobs wait for the provider at once; all other settings have their defaults.
const int JobsAtOnce = 1_000;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Error);
await using var steps = new JobSteps(JobSettings.FromEnvironment());
await using var app = builder.Build();

var service = new AzureStorageOrchestrationService(new AzureStorageOrchestrationServiceSettings
{
    TaskHubName = "reference",
    StorageAccountClientProvider = new StorageAccountClientProvider(JobSettings.Required("AZURE_STORAGE")),
    MaxConcurrentTaskActivityWorkItems = JobsAtOnce,
    MaxConcurrentTaskOrchestrationWorkItems = JobsAtOnce,
    LoggerFactory = app.Services.GetRequiredService<ILoggerFactory>(),
});
await service.CreateIfNotExistsAsync();
using var worker = new TaskHubWorker(service, app.Services.GetRequiredService<ILoggerFactory>())
    .AddTaskOrchestrations(typeof(JobOrchestration))
    .AddTaskActivities(new InsertActivity(steps), new WriteTextActivity(steps), new DrawImageActivity(steps), new CompleteActivity(steps));
await worker.StartAsync();
var client = new TaskHubClient(service);

app.MapGet("/health", () => Results.Ok());
app.MapPost("/submit", async (JobInput job) =>
{
    await client.CreateOrchestrationInstanceAsync(typeof(JobOrchestration), job.Id, job);
    return Results.Accepted();
});
await app.RunAsync();
await worker.StopAsync(isForced: true);
