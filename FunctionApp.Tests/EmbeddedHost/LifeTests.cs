using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EmbeddedHost;

/// <summary>The services live exactly as long as the host.</summary>
[Collection(HostsCollection.Name)]
public sealed class LifeTests : IDisposable
{
    private static readonly Dictionary<string, string> Fast = new()
    {
        ["Simulator__TextLatency"] = "00:00:00.010",
        ["Simulator__ImageLatency"] = "00:00:00.010",
    };

    private readonly HostData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Stop_EndsEveryService_BeforeTheHostEnds()
    {
        await using var host = await StartAsync();
        var processes = _data.Processes();
        Assert.Equal(["azurite", "postgres", "supervisor"], processes.Keys.Order());
        Assert.All(processes.Values, process => Assert.True(HostData.IsRunning(process)));

        Assert.Equal(0, await host.StopAsync());

        Assert.All(processes.Values, process => Assert.False(HostData.IsRunning(process)));
    }

    [Fact]
    public async Task Kill_OfTheHost_LeavesNoProcess()
    {
        await using var host = await StartAsync();
        var processes = _data.Processes();

        await host.KillAsync();

        await AllEndAsync(processes.Values);
    }

    [Fact]
    public async Task Kill_OfHostAndSupervisor_LeavesNoProcess()
    {
        await using var host = await StartAsync();
        var processes = _data.Processes();

        HostData.Kill(processes["supervisor"]);
        await host.KillAsync();

        await AllEndAsync(processes.Values);
    }

    [Fact]
    public async Task Kill_RightAfterACampaign_TheNextStartShowsItWithItsImage_AtTheSamePorts()
    {
        string campaign;
        string ports;
        byte[] picture;
        await using (var host = await StartAsync())
        {
            using var client = new HttpClient { BaseAddress = host.Address };
            campaign = await CompleteCampaignAsync(client);
            picture = await client.GetByteArrayAsync($"/api/campaigns/{campaign}/images/0");
            ports = await File.ReadAllTextAsync(Path.Combine(_data.Path, "ports.json"));
            await host.KillAsync();
        }

        await using var next = await StartAsync();
        using var again = new HttpClient { BaseAddress = next.Address };

        Assert.Equal(picture, await again.GetByteArrayAsync($"/api/campaigns/{campaign}/images/0"));
        Assert.Equal(ports, await File.ReadAllTextAsync(Path.Combine(_data.Path, "ports.json")));
        Assert.Equal(0, await next.StopAsync());
    }

    [Theory]
    [InlineData("postgres", "PostgreSQL is back")]
    [InlineData("azurite", "Azurite is back")]
    [InlineData("supervisor", "The local services are back")]
    public async Task Service_Dies_IsRestartedAndTheAppContinues(string service, string line)
    {
        await using var host = await StartAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        await CompleteCampaignAsync(client);

        HostData.Kill(_data.Processes()[service]);

        await host.WaitForLineAsync(line);
        await CompleteCampaignAsync(client);
        var processes = _data.Processes();
        Assert.Equal(0, await host.StopAsync());
        Assert.All(processes.Values, process => Assert.False(HostData.IsRunning(process)));
    }

    [Fact]
    public async Task ServicesAlone_ShowSettingsForFunc_AndStopWhenAsked()
    {
        await using var host = await HostProcess.StartServicesAsync("\n}", "--data", _data.Path);
        var settings = JsonNode.Parse(host.Output[host.Output.IndexOf("{\n", StringComparison.Ordinal)..])!;
        var processes = _data.Processes();

        var sample = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "local.settings.sample.json")))!["Values"]!.AsObject();
        Assert.All(sample, setting => Assert.NotNull(settings["Values"]![setting.Key]));
        Assert.Equal(("dotnet-isolated", "local"), ((string)settings["Values"]!["FUNCTIONS_WORKER_RUNTIME"]!, (string)settings["Values"]!["Access__Operators"]!));
        Assert.Contains("QueueEndpoint=", (string)settings["Values"]!["AzureWebJobsStorage"]!, StringComparison.Ordinal);
        var simulator = new Uri((string)settings["Values"]!["Providers__OpenAI__Endpoint"]!);
        Assert.Contains($"faults on demand: {simulator.GetLeftPart(UriPartial.Authority)}/\n", host.Output, StringComparison.Ordinal);
        await using var database = Npgsql.NpgsqlDataSource.Create((string)settings["Values"]!["ConnectionStrings__Postgres"]!);
        await using (var query = database.CreateCommand("show fsync")) Assert.Equal("on", await query.ExecuteScalarAsync());
        // The app's pool alone may take a hundred connections; the engine and its timers need others.
        await using (var query = database.CreateCommand("select current_setting('max_connections')::int"))
        {
            Assert.True((int)(await query.ExecuteScalarAsync())! > new Npgsql.NpgsqlConnectionStringBuilder().MaxPoolSize + 50);
        }


        Assert.Equal(0, await host.StopAsync());
        Assert.All(processes.Values, process => Assert.False(HostData.IsRunning(process)));
    }

    private Task<HostProcess> StartAsync() => HostProcess.StartAsync(Fast, "--data", _data.Path);

    private static Task AllEndAsync(IEnumerable<int> processes) =>
        Eventually.TrueAsync(() => Task.FromResult(!processes.Any(HostData.IsRunning)), TimeSpan.FromSeconds(20));

    /// <summary>Starts a campaign, repeating the request under the same key until the app accepts it, and waits for its end.</summary>
    private static async Task<string> CompleteCampaignAsync(HttpClient client)
    {
        var key = Guid.NewGuid().ToString();
        var id = "";
        await Eventually.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/campaigns");
            request.Headers.Add("Idempotency-Key", key);
            request.Content = JsonContent.Create(new { prompt = "Create a beach scene with a cat" });
            using var response = await client.SendAsync(request);
            if (response.StatusCode != HttpStatusCode.Accepted) return false;
            id = (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
            return true;
        });
        await Eventually.TrueAsync(async () =>
        {
            using var response = await client.GetAsync($"/api/campaigns/{id}");
            return response.IsSuccessStatusCode && (string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["status"]! == "COMPLETE";
        });
        return id;
    }
}
