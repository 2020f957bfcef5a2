using System.Diagnostics;
using Atelier.OpenApi;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.OpenApi;

public sealed class LintTests
{
    private static readonly TimeSpan LintTimeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Document_UnderRedocly_HasNeitherErrorsNorWarnings()
    {
        var folder = Path.Combine(LocalServicesFixture.DataDirectory, "lint");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "lint")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        await File.WriteAllBytesAsync(Path.Combine(folder, "openapi.json"), ApiDocument.Json.ToArray());
        if (!File.Exists(Path.Combine(folder, "node_modules", ".bin", "redocly")))
        {
            (var installed, var log) = await RunAsync(folder, "npm", "ci", "--no-audit", "--no-fund");
            Assert.True(installed == 0, log);
        }

        (var exitCode, var output) = await RunAsync(folder, Path.Combine(folder, "node_modules", ".bin", "redocly"), "lint", "openapi.json", "--format", "stylish");

        Assert.True(exitCode == 0 && output.Contains("is valid", StringComparison.Ordinal) && !output.Contains("You have", StringComparison.Ordinal), output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string folder, string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(LintTimeout);
        return (process.ExitCode, await output + await errors);
    }
}
