using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Infra;

/// <summary>The Bicep compiler, which the build brings as a NuGet package. It knows every resource type and needs no network.</summary>
internal static class Bicep
{
    private static readonly string Compiler = Path.Combine(
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "BicepFolder").Value!,
        OperatingSystem.IsWindows() ? "bicep.exe" : "bicep");

    /// <summary>The folder <c>infra</c> of the repository.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "infra");

    /// <summary>Runs the compiler; anything that it writes to the standard error is a warning or an error.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(Compiler).HasFlag(UnixFileMode.UserExecute))
        {
            // NuGet unpacks without the right to execute.
            File.SetUnixFileMode(Compiler, File.GetUnixFileMode(Compiler) | UnixFileMode.UserExecute);
        }

        using var process = Process.Start(new ProcessStartInfo(Compiler, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>The resources that a deployment with these parameters would have, as far as that is known without Azure.</summary>
    public static async Task<JsonArray> PredictAsync(params (string Name, string Value)[] parameters)
    {
        var folder = Directory.CreateTempSubdirectory("atelier-infra-").FullName;
        try
        {
            var file = Path.Combine(folder, "main.bicepparam");
            var lines = parameters.Select(p => $"param {p.Name} = {p.Value}");
            await File.WriteAllTextAsync(file, $"using '{Path.GetRelativePath(folder, Path.Combine(Folder, "main.bicep")).Replace('\\', '/')}'\n" + string.Join('\n', lines));
            var (exitCode, output, errors) = await RunAsync(
                "snapshot", file, "--mode", "overwrite", "--location", "swedencentral",
                "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002");
            Assert.True(exitCode == 0, output + errors);
            var snapshot = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(file, ".snapshot.json")))!;
            Assert.Empty(snapshot["diagnostics"]!.AsArray());
            return snapshot["predictedResources"]!.AsArray();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
