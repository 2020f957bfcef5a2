using System.Net.Http.Json;
using AiSimulator;
using AiSimulator.Calls;
using AiSimulator.Painting;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SimulatorOperations = AiSimulator.Calls.Operations;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>The host as a process of its own on the test run's PostgreSQL and Azurite, and the providers inside the test process.</summary>
public sealed class AtelierFixture : IAsyncDisposable, IAsyncLifetime
{
    /// <summary>Attempts that the tests' retry policies allow.</summary>
    public const int MaxAttempts = 3;

    private readonly SemaphoreSlim _starting = new(1, 1);
    private WebApplication? _simulator;
    private HostProcess? _host;
    private Dictionary<string, string> _settings = [];

    public TimeSpan ImageLatency { get; init; } = TimeSpan.FromMilliseconds(20);

    public bool PlainPictures { get; init; }

    /// <summary>Calls a second of one kind that the providers allow; 0 for no limit.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>Settings beside those of the two models that every test uses; <c>{simulator}</c> stands for the providers' address.</summary>
    public Dictionary<string, string> MoreSettings { get; init; } = [];

    /// <summary>The host's settings.</summary>
    internal IReadOnlyDictionary<string, string> Settings => _settings;

    internal string ConnectionString => _settings["ConnectionStrings__Postgres"];

    /// <summary>What the host has logged.</summary>
    internal string HostOutput => _host!.Output;

    /// <summary>The host's process.</summary>
    internal int ProcessId => _host!.ProcessId;

    /// <summary>Calls to providers that are under way.</summary>
    internal int RunningCalls => Log.Statistics(campaign: null).Running;

    /// <summary>Name of the host's blob container.</summary>
    internal string Container => _settings["Images__Container"];

    internal CampaignApi Api { get; private set; } = null!;

    private CallLog Log => _simulator!.Services.GetRequiredService<CallLog>();

    /// <summary>Starts all of it on the first call.</summary>
    internal async Task<CampaignApi> StartAsync(LocalServicesFixture services)
    {
        await _starting.WaitAsync();
        try
        {
            if (_host is not null)
            {
                return Api;
            }

            await StartSimulatorAsync();
            _settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__Postgres"] = await services.CreateDatabaseAsync(),
                ["AzureWebJobsStorage"] = services.StorageConnectionString,
                ["Images__Container"] = $"images-{Guid.NewGuid():N}",
                ["Providers__Text"] = "openai",
                ["Providers__Image"] = "openai",
                ["Providers__OpenAI__Endpoint"] = $"{_simulator!.Urls.First()}/v1",
                ["Providers__OpenAI__ApiKey"] = "test-key",
                ["Providers__OpenAI__TextModel"] = "gpt-4.1-mini",
                ["Providers__OpenAI__ImageModel"] = "gpt-image-1",
                ["Retry__Text__MaxAttempts"] = $"{MaxAttempts}",
                ["Retry__Text__FirstInterval"] = "00:00:00.100",
                ["Retry__Image__MaxAttempts"] = $"{MaxAttempts}",
                ["Retry__Image__FirstInterval"] = "00:00:00.100",
                ["Access__Operators"] = "operator",
                ["Webhooks__AllowPrivateTargets"] = "true",
                ["Webhooks__EncryptionKey"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                ["Webhooks__MaxAttempts"] = $"{MaxAttempts}",
                ["Webhooks__FirstInterval"] = "00:00:00.100",
                ["Webhooks__Timeout"] = "00:00:10",
            };
            foreach (var (name, value) in MoreSettings)
            {
                _settings[name] = value.Replace("{simulator}", _simulator.Urls.First(), StringComparison.Ordinal);
            }

            await StartHostAsync();
            return Api;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Kills the host process.</summary>
    internal Task KillAsync() => _host!.KillAsync();

    /// <summary>Asks the host to stop, and waits for its end.</summary>
    internal Task<int> StopAsync() => _host!.StopAsync();

    /// <summary>Starts the host again, which has ended.</summary>
    internal async Task RestartAsync()
    {
        await _host!.DisposeAsync();
        _host = null;
        await StartHostAsync();
    }

    /// <summary>Kills the host process and starts another one.</summary>
    internal async Task KillAndRestartAsync()
    {
        await KillAsync();
        await RestartAsync();
    }

    /// <summary>Kills the host process, deletes an orchestration as a restore of the engine's data would, and starts another host. While it lives, the engine would write the instance once more.</summary>
    internal async Task KillAndRestartWithoutAsync(string instance)
    {
        await KillAsync();
        var hub = await HubAsync();
        await ScalarAsync($"DELETE FROM {hub}.history WHERE instance_id = '{instance}'");
        await ScalarAsync($"DELETE FROM {hub}.inbox WHERE instance_id = '{instance}'");
        Assert.Equal(1, await ScalarAsync($"DELETE FROM {hub}.instances WHERE id = '{instance}' RETURNING 1"));
        await RestartAsync();
    }

    /// <summary>What the host process has written.</summary>
    internal string Output => _host!.Output;

    /// <summary>The database's connection string.</summary>
    internal string Database => _settings["ConnectionStrings__Postgres"];

    /// <summary>Starts one more process of the same app, with some settings of its own.</summary>
    internal Task<HostProcess> StartAnotherAsync(params IEnumerable<KeyValuePair<string, string>> otherSettings) =>
        HostProcess.StartAsync(_settings.Concat(otherSettings).GroupBy(setting => setting.Key).ToDictionary(same => same.Key, same => same.Last().Value));

    /// <summary>Runs a command of the host with the same settings.</summary>
    internal Task<(int ExitCode, string Output)> RunCommandAsync(params string[] arguments) => HostProcess.RunAsync(_settings, arguments);

    /// <summary>The schema of the task hub.</summary>
    internal async Task<string> HubAsync() =>
        (string)(await ScalarAsync("SELECT table_schema::text FROM information_schema.tables WHERE table_name = 'instances'"))!;

    /// <summary>The first column of a statement's first row.</summary>
    internal async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{Database};Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    internal PartCount CallsOf(string campaign, string part)
    {
        var operation = part.StartsWith("image", StringComparison.Ordinal) ? SimulatorOperations.Image : SimulatorOperations.Text;
        return Log.Statistics(campaign).Campaigns.TryGetValue(campaign, out var parts)
            && parts.TryGetValue(part, out var operations)
            && operations.TryGetValue(operation, out var count) ? count : new PartCount();
    }

    /// <summary>The calls of one kind for a part, in the order in which they came.</summary>
    internal IReadOnlyList<CallRecord> Calls(string campaign, string part, string operation) =>
        [.. Log.List(campaign, part, after: 0, limit: int.MaxValue).Where(call => call.Operation == operation)];

    /// <summary>Every row of the engine's tables as JSON: histories, states and queued messages.</summary>
    internal async Task<IReadOnlyList<string>> HistoryAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var tables = await ReadAsync(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables where table_schema = "
            + "(select table_schema from information_schema.tables where table_name = 'history')");
        Assert.Contains(tables, table => table.EndsWith(".history", StringComparison.Ordinal));
        var rows = new List<string>();
        foreach (var table in tables) rows.AddRange(await ReadAsync($"select row_to_json(t)::text from {table} t"));
        return rows;

        async Task<List<string>> ReadAsync(string query)
        {
            var read = new List<string>();
            await using var command = source.CreateCommand(query);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) read.Add(reader.GetString(0));
            return read;
        }
    }

    /// <summary>The job at the provider that a campaign's first image waits for.</summary>
    internal async Task<string> JobOfAsync(string campaign)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var find = source.CreateCommand("select provider_job_id from campaign_images where campaign_id = $1 and index = 0");
        find.Parameters.AddWithValue(Guid.Parse(campaign));
        return (string)(await find.ExecuteScalarAsync())!;
    }

    /// <summary>Every job at a provider whose id is stored.</summary>
    internal async Task<IReadOnlyList<string>> JobsAsync()
    {
        var jobs = new List<string>();
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var find = source.CreateCommand("select provider_job_id from campaign_images where provider_job_id is not null");
        await using var reader = await find.ExecuteReaderAsync();
        while (await reader.ReadAsync()) jobs.Add(reader.GetString(0));
        return jobs;
    }

    /// <summary>Makes providers fail, in addition to the faults in prompts.</summary>
    internal async Task AddFaultAsync(object rule)
    {
        using var client = new HttpClient();
        using var response = await client.PostAsJsonAsync($"{_simulator!.Urls.First()}/admin/faults", rule);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Replaces the running providers by new ones without any state.</summary>
    internal async Task RestartSimulatorAsync()
    {
        var address = _simulator!.Urls.First();
        await _simulator.DisposeAsync();
        await StartSimulatorAsync(address);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        _starting.Dispose();
    }

    private async Task StartSimulatorAsync(string? address = null)
    {
        var options = new SimulatorOptions
        {
            TextLatency = TimeSpan.FromMilliseconds(20),
            ImageLatency = ImageLatency,
            Pictures = PlainPictures ? PictureStyle.Plain : PictureStyle.Painted,
            RequestsPerSecond = RequestsPerSecond,
        };
        _simulator = address is null ? SimulatorApp.Create([], options) : SimulatorApp.Create([], options, address);
        await _simulator.StartAsync();
    }

    private async Task StartHostAsync()
    {
        _host = await HostProcess.StartAsync(_settings);
        Api = new CampaignApi(new HttpClient(new ContractHandler()) { BaseAddress = _host.Address, Timeout = TimeSpan.FromSeconds(90) });
    }
}
