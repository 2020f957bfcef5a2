using System.Diagnostics;
using System.Runtime.Versioning;

namespace FunctionApp.Tests.Infra;

/// <summary>azd's hook, run as it is with stand-ins of the programs that it calls; each records its calls.</summary>
[SupportedOSPlatform("linux")]
public sealed class HookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atelier-hook-").FullName;

    public HookTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        Directory.CreateDirectory(Path.Combine(_folder, "infra", "hooks"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Bicep.Folder, "hooks")))
        {
            File.Copy(file, Path.Combine(_folder, "infra", "hooks", Path.GetFileName(file)));
        }

        StandIn("az", """case "$*" in *get-access-token*) echo secret-token ;; "account show") [ ! -e "$CALLS.signed-out" ] ;; esac""");
        StandIn("psql", ":");
        StandIn("dotnet", """case "$*" in *"keys create"*) touch "$CALLS.key"; echo atelier_key ;; *"keys list"*) echo "ID   STATE     USER"; [ ! -e "$CALLS.key" ] || echo "4f0c  operator  ann@example.org" ;; esac""");
    }

    private string Calls => Path.Combine(_folder, "calls");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Hook_MakesTheRoleTheSchemaAndTheFirstKey_AndASecondRunMakesNoOther()
    {
        var first = await RunAsync();

        Assert.Equal(0, first.ExitCode);
        Assert.Contains("atelier_key", first.Output, StringComparison.Ordinal);
        var calls = await File.ReadAllLinesAsync(Calls);
        Assert.Equal(["role.sql", "migrate", "grants.sql", "keys list", "keys create"], Steps(calls));
        Assert.Contains(calls, c => c.Contains("--set role=id-app --set id=11", StringComparison.Ordinal));
        Assert.DoesNotContain("secret-token", string.Concat(calls), StringComparison.Ordinal);
        var settings = await File.ReadAllTextAsync(Path.Combine(_folder, "local.settings.json"));
        Assert.DoesNotContain("Password", settings, StringComparison.OrdinalIgnoreCase);
        await File.WriteAllTextAsync(Path.Combine(_folder, "local.settings.json"), "mine");
        File.Delete(Calls);

        var second = await RunAsync();

        Assert.Equal(0, second.ExitCode);
        Assert.DoesNotContain("atelier_key", second.Output, StringComparison.Ordinal);
        Assert.Equal(["role.sql", "migrate", "grants.sql", "keys list"], Steps(await File.ReadAllLinesAsync(Calls)));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(_folder, "local.settings.json")));
    }

    [Fact]
    public async Task Hook_WithoutASignIn_SaysSoAndChangesNothing()
    {
        await File.WriteAllTextAsync(Calls + ".signed-out", "");

        var (exitCode, output) = await RunAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("Nobody is signed in: run 'az login'", output, StringComparison.Ordinal);
        Assert.Empty(Steps(await File.ReadAllLinesAsync(Calls)));
        Assert.False(File.Exists(Path.Combine(_folder, "local.settings.json")));
    }

    [Fact]
    public async Task Hook_OutsideOfAPrivateNetwork_LeavesTheDatabaseAndSaysHow()
    {
        var (exitCode, output) = await RunAsync(("AZURE_VNET_ENABLED", "true"));

        Assert.Equal(0, exitCode);
        Assert.Contains("ATELIER_INSIDE_VNET=true azd hooks run postprovision", output, StringComparison.Ordinal);
        Assert.Empty(Steps(await File.ReadAllLinesAsync(Calls)));
    }

    private static IEnumerable<string> Steps(string[] calls) => calls
        .Select(call => ((string[])["role.sql", "grants.sql", "migrate", "keys list", "keys create"]).FirstOrDefault(step => call.Contains(step, StringComparison.Ordinal)))
        .OfType<string>();

    private void StandIn(string name, string body)
    {
        var path = Path.Combine(_folder, "bin", name);
        File.WriteAllText(path, $"#!/bin/sh\necho \"{name} $*\" >>\"$CALLS\"\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", [Path.Combine(_folder, "infra", "hooks", "postprovision.sh")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PATH"] = $"{Path.Combine(_folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["CALLS"] = Calls,
                ["AZURE_POSTGRES_HOST"] = "db.example.org",
                ["AZURE_POSTGRES_DATABASE"] = "atelier",
                ["AZURE_POSTGRES_ADMINISTRATOR"] = "ann@example.org",
                ["AZURE_IDENTITY_NAME"] = "id-app",
                ["AZURE_IDENTITY_PRINCIPAL_ID"] = "11",
                ["AZURE_AI_ENDPOINT"] = "https://ai.example.org/",
                ["AZURE_TEXT_DEPLOYMENT"] = "text",
                ["AZURE_IMAGE_DEPLOYMENT"] = "image",
                ["API_URL"] = "https://app.example.org",
            },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
