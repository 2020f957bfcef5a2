using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EmbeddedHost.LocalServices;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.EmbeddedHost;

/// <summary>A start that fails says why in one line and leaves no process or file behind.</summary>
[Collection(HostsCollection.Name)]
public sealed partial class StartTests(LocalServicesFixture services)
{
    [Fact]
    public async Task Help_SaysWhatTheArgumentsAre()
    {
        var (exitCode, output) = await HostProcess.RunAsync(new Dictionary<string, string>(), "--help");

        Assert.Equal(0, exitCode);
        foreach (var argument in (string[])["--urls", "--data", "--services"]) Assert.Contains(argument, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownArgument_EndsTheStart() => await RefusesAsync("'--nope'", [], "--nope");

    [Fact]
    public async Task PortTaken_EndsTheStart_NamingThePort()
    {
        using var intruder = new TcpListener(IPAddress.Loopback, 0);
        intruder.Start();
        var port = ((IPEndPoint)intruder.LocalEndpoint).Port;

        await RefusesAsync($"port {port}", [], "--urls", $"http://127.0.0.1:{port}");
    }

    [Fact]
    public async Task DataFolderInUse_EndsTheStart_NamingTheFolder()
    {
        using var data = new HostData();
        await using var first = await HostProcess.StartAsync(new Dictionary<string, string>(), "--data", data.Path);

        await RefusesAsync($"{data.Path} is in use", [], "--data", data.Path, "--urls", "http://127.0.0.1:7171");
        Assert.Equal(0, await first.StopAsync());
    }

    [Theory]
    [InlineData("Retry__Text__MaxAttempts", "many", "Retry:Text:MaxAttempts")]
    [InlineData("ConnectionStrings__Postgres", "nonsense", "ConnectionStrings:Postgres")]
    [InlineData("Providers__OpenAI__Endpoint", "nowhere", "Providers:OpenAI:Endpoint")]
    [InlineData("Access__MaxRunning", "-1", "Access:MaxRunning")]
    [InlineData("Cors__Origins", "*", "Cors:Origins")]
    public async Task MalformedSetting_EndsTheStart_NamingIt(string setting, string value, string named)
    {
        var settings = await ConfiguredAsync();
        settings[setting] = value;

        await RefusesAsync(named, settings, "--urls", "http://127.0.0.1:7171");
    }

    [Fact]
    public async Task ListeningToOthers_WithoutAnAccessMode_EndsTheStart() =>
        await RefusesAsync("Access:Mode", await ConfiguredAsync(), "--urls", "http://127.0.0.1:7171;http://0.0.0.0:7172");

    [Fact]
    public async Task TaskHubOfALaterVersion_EndsTheStart()
    {
        var settings = await ConfiguredAsync();
        await using (var source = NpgsqlDataSource.Create(settings["ConnectionStrings__Postgres"]))
        await using (var command = source.CreateCommand(
            "create schema durable_atelier; create table durable_atelier.schema_version (version int primary key); insert into durable_atelier.schema_version values (99)"))
        {
            await command.ExecuteNonQueryAsync();
        }

        await RefusesAsync("'durable_atelier' has a schema of version 99", settings, "--urls", "http://127.0.0.1:7171");
    }

    [Fact]
    public async Task Start_BlobStorageDoesNotRespond_SaysSoAndPrintsNoReadyLine()
    {
        var settings = await ConfiguredAsync();
        settings["AzureWebJobsStorage"] = new AzuritePlan(Blob: 1).ConnectionString;

        await using var host = await HostProcess.StartUntilAsync("Waiting for Blob Storage (AzureWebJobsStorage): ", settings);

        await host.StopAsync();
        Assert.DoesNotContain("Atelier is ready", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverythingConfigured_StartsNoService_AndNeedsNoDataFolder()
    {
        var unused = Path.Combine(Path.GetTempPath(), $"atelier-unused-{Guid.NewGuid():N}");
        await using var host = await HostProcess.StartAsync(await ConfiguredAsync(), "--data", unused);

        Assert.Contains("(started AiSimulator;", host.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(unused));
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task Ready_SimulatedProviders_ShowsTheirAddressAndServesTheirPage()
    {
        await using var host = await HostProcess.StartAsync(await ConfiguredAsync());

        var address = SimulatorLine().Match(host.Output).Groups["address"].Value;
        using var client = new HttpClient();
        Assert.Contains("<html", await client.GetStringAsync(new Uri(address)), StringComparison.Ordinal);
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task Ready_ConfiguredProviders_ShowsNoSimulator()
    {
        var settings = await ConfiguredAsync();
        foreach (var name in (string[])["OpenAI", "AzureOpenAI", "Gemini", "StableDiffusion", "Replicate", "Callback"])
            settings[$"Providers__{name}__Endpoint"] = "https://example.org";
        settings["Providers__OpenAI__ApiKey"] = settings["Providers__Gemini__ApiKey"] = settings["Providers__Replicate__ApiToken"] = "a-key";
        settings["Providers__AzureOpenAI__TextDeployment"] = settings["Providers__Callback__Secret"] = "a-name";

        await using var host = await HostProcess.StartAsync(settings);

        Assert.DoesNotContain("Simulat", host.Output, StringComparison.Ordinal);
        Assert.Equal(0, await host.StopAsync());
    }

    [GeneratedRegex(@"^Simulated AI providers, their calls and faults on demand: (?<address>http://127\.0\.0\.1:\d+/)\r?$", RegexOptions.Multiline)]
    private static partial Regex SimulatorLine();

    private async Task<Dictionary<string, string>> ConfiguredAsync() => new()
    {
        ["ConnectionStrings__Postgres"] = await services.CreateDatabaseAsync(),
        ["AzureWebJobsStorage"] = services.StorageConnectionString,
    };

    private static async Task RefusesAsync(string named, Dictionary<string, string> settings, params string[] arguments)
    {
        var (exitCode, output) = await HostProcess.RunAsync(settings, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(named, Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
