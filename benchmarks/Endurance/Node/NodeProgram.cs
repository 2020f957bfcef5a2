using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Endurance.Node;

/// <summary>One process of the app under trial: an ordinary function app on EmbeddedFunctions.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var given = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        var builder = FunctionsApplication.CreateBuilder(
        [
            .. args,

            // The repository's own host.json is not this app's.
            $"--AzureWebJobsScriptRoot={Path.Combine(AppContext.BaseDirectory, "no-host-json")}",
            .. Limit("maxConcurrentActivityFunctions", given["Endurance:Activities"]),
            .. Limit("maxConcurrentOrchestratorFunctions", given["Endurance:Orchestrations"]),
        ]);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton<ExecutionLog>();
        using var host = builder.Build();
        EndWithParent();
        await host.RunAsync();
        return 0;
    }

    private static string[] Limit(string name, string? value) =>
        string.IsNullOrEmpty(value) ? [] : [$"--AzureFunctionsJobHost:extensions:durableTask:{name}={value}"];

    /// <summary>The input ends when whoever started this process has ended, however it did.</summary>
    private static void EndWithParent() => _ = Task.Run(async () =>
    {
        await Console.In.ReadToEndAsync();
        Environment.Exit(3);
    });
}
