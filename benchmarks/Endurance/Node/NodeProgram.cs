using EmbeddedFunctions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Endurance.Node;

/// <summary>One process of the app under trial: an ordinary function app on EmbeddedFunctions.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton<ExecutionLog>();
        builder.Services.AddSingleton(new HostJson
        {
            LogLevels = new Dictionary<string, LogLevel>(StringComparer.Ordinal),
            DurableTask = new DurableTaskSettings
            {
                MaxConcurrentActivityFunctions = Number(builder.Configuration["Endurance:Activities"]),
                MaxConcurrentOrchestratorFunctions = Number(builder.Configuration["Endurance:Orchestrations"]),
            },
        });
        using var host = builder.Build();
        EndWithParent();
        await host.RunAsync();
        return 0;
    }

    private static int? Number(string? text) => string.IsNullOrEmpty(text) ? null : int.Parse(text);

    /// <summary>The input ends when whoever started this process has ended, however it did.</summary>
    private static void EndWithParent() => _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        Environment.Exit(3);
    });
}
