using System.Text.Json;
using DurableTask.PostgreSQL.Tests.Infrastructure;

namespace DurableTask.PostgreSQL.Tests;

/// <summary>The tests' assembly as a process of its own: a node that a test can kill. It ends with its input.</summary>
internal static class Program
{
    public static async Task Main()
    {
        var settings = JsonSerializer.Deserialize<NodeProcessSettings>((await Console.In.ReadLineAsync())!)!;
        var options = new PostgreSqlOrchestrationServiceOptions
        {
            ConnectionString = settings.ConnectionString,
            TaskHub = settings.Hub,
            HeartbeatInterval = TimeSpan.FromMilliseconds(250),
            SweepInterval = TimeSpan.FromMilliseconds(500),
            MaxDispatchCount = 2,
        };
        await using var node = new TestNode(options, ProcessTasks.Add, configure: null, worker: null);
        await node.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
    }
}
