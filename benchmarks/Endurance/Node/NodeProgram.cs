using DurableTask.PostgreSQL;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;

namespace Endurance.Node;

/// <summary>One process of the app under trial: a client and a worker of the task hub, driven over HTTP.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.AddSimpleConsole(console => console.TimestampFormat = "HH:mm:ss.fff ").SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("DurableTask.PostgreSQL", LogLevel.Information);
        await using var log = new ExecutionLog(builder.Configuration);
        var activities = new Activities(log);
        builder.Services.AddDurableTaskPostgreSql(options => Configure(options, builder.Configuration));
        builder.Services.AddDurableTaskWorker(worker => worker.UsePostgreSql().AddTasks(tasks =>
        {
            activities.Register(tasks);
            Orchestrations.Register(tasks);
            ScaleOrchestrations.Register(tasks);
        }));
        builder.Services.AddDurableTaskClient(client => client.UsePostgreSql());
        await using var app = builder.Build();
        Endpoints.Map(app);
        EndWithParent();
        await app.RunAsync();
        return 0;
    }

    private static void Configure(PostgreSqlOrchestrationServiceOptions options, IConfiguration configuration)
    {
        options.ConnectionString = configuration.GetConnectionString("Postgres")!;
        if (Number("LeaseSeconds") is { } lease)
        {
            options.Lease = TimeSpan.FromSeconds(lease);
        }

        if (Number("IdleSeconds") is { } idle)
        {
            options.ExtendedSessionIdleTimeout = TimeSpan.FromSeconds(idle);
        }

        // Nodes die all the time here, and an orchestration is never the cause.
        options.MaxDispatchCount = int.MaxValue;
        options.MaxConcurrentActivities = Number("Activities") ?? options.MaxConcurrentActivities;
        options.MaxLiveOrchestrations = Number("Orchestrations") ?? options.MaxLiveOrchestrations;

        int? Number(string name) => configuration.GetValue<int?>($"Endurance:{name}");
    }

    /// <summary>The input ends when the process that started this one has ended, however it ended.</summary>
    private static void EndWithParent() => _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        Environment.Exit(3);
    });
}
