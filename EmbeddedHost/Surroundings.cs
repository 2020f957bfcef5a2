using EmbeddedHost.Configuration;
using EmbeddedHost.LocalServices;

namespace EmbeddedHost;

/// <summary>Starts what the app needs and the settings do not name: PostgreSQL, Azurite, AiSimulator.</summary>
internal sealed class Surroundings : IAsyncDisposable
{
    // Where these programs are found by default, which is what local.settings.sample.json expects.
    private const int PostgresPort = 5432;
    private const int BlobPort = 10000;
    private const int QueuePort = 10001;
    private const int TablePort = 10002;
    private const int SimulatorPort = 7081;

    private const string WebhookKeySetting = "Webhooks__EncryptionKey";

    private readonly Dictionary<string, string> _settings = [];
    private readonly List<string> _started = [];
    private DataFolder? _folder;
    private ServicesSupervisor? _services;
    private SimulatorService? _simulator;

    private Surroundings()
    {
    }

    /// <summary>The settings that point the app at what was started.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>What was started, in a few words.</summary>
    public string Summary => _started switch
    {
        [] => "everything as configured",
        [var only] => $"started {only}",
        [.. var most, var last] => $"started {string.Join(", ", most)} and {last}",
    };

    /// <summary>Where the simulated providers' page is; <see langword="null"/> where every provider is configured.</summary>
    public Uri? SimulatorPage => _simulator?.Address;

    /// <summary>Starts what no setting names, at any free ports.</summary>
    /// <exception cref="HostFailure">Something did not start.</exception>
    public static Task<Surroundings> StartMissingAsync(
        Settings settings, string dataDirectory, Action<string> report, CancellationToken cancellationToken)
    {
        Func<DataFolder, int>? postgres = settings.HasPostgres ? null : folder => folder.Ports.Reserve("postgres");
        Func<DataFolder, AzuritePlan>? azurite = settings.HasStorage ? null : folder => new AzuritePlan(folder.Ports.Reserve("blob"));
        var providers = new ProviderDefaults(settings);

        return StartedAsync(async surroundings =>
        {
            if (postgres is not null || azurite is not null)
                await surroundings.StartServicesAsync(dataDirectory, postgres, azurite, report, cancellationToken);
            if (providers.Missing.Count > 0) await surroundings.StartSimulatorAsync(providers.Missing, null, cancellationToken);
            surroundings.Add(providers.Choice);
        });
    }

    /// <summary>Starts everything whatever is configured, at the usual ports where they are free.</summary>
    /// <exception cref="HostFailure">Something did not start.</exception>
    public static Task<Surroundings> StartAllAsync(string dataDirectory, Action<string> report, CancellationToken cancellationToken)
    {
        return StartedAsync(async surroundings =>
        {
            await surroundings.StartServicesAsync(
                dataDirectory,
                folder => folder.Ports.Reserve("postgres", PostgresPort),
                folder => new AzuritePlan(
                    folder.Ports.Reserve("blob", BlobPort), folder.Ports.Reserve("queue", QueuePort), folder.Ports.Reserve("table", TablePort)),
                report,
                cancellationToken);
            await surroundings.StartSimulatorAsync(ProviderDefaults.Every, SimulatorPort, cancellationToken);
            surroundings.Add(ProviderDefaults.SimulatedChoice);
        });
    }

    /// <summary>Starts PostgreSQL alone.</summary>
    /// <exception cref="HostFailure">It did not start.</exception>
    public static Task<Surroundings> StartPostgresAsync(string dataDirectory, Action<string> report, CancellationToken cancellationToken)
    {
        return StartedAsync(async surroundings =>
        {
            await surroundings.StartServicesAsync(
                dataDirectory, folder => folder.Ports.Reserve("postgres"), azurite: null, report, cancellationToken);
        });
    }

    /// <summary>What the function has started; if it fails midway, that ends first.</summary>
    private static async Task<Surroundings> StartedAsync(Func<Surroundings, Task> start)
    {
        var surroundings = new Surroundings();
        try
        {
            await start(surroundings);
            return surroundings;
        }
        catch
        {
            await surroundings.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_simulator is not null) await _simulator.DisposeAsync();
        if (_services is not null) await _services.DisposeAsync();
        _folder?.Dispose();
    }

    private async Task StartServicesAsync(
        string dataDirectory,
        Func<DataFolder, int>? postgres,
        Func<DataFolder, AzuritePlan>? azurite,
        Action<string> report,
        CancellationToken cancellationToken)
    {
        var folder = _folder = await DataFolder.OpenAsync(dataDirectory, cancellationToken);
        var password = await folder.PasswordAsync(cancellationToken);
        (_services, var plan) = await ServicesSupervisor.StartAsync(
            folder,
            () => new ServicesPlan(postgres is null ? null : new PostgresPlan(postgres(folder), password), azurite?.Invoke(folder)),
            report,
            cancellationToken);

        // A key beside the database that it protects is better than none; a real deployment keeps it elsewhere.
        _settings[WebhookKeySetting] = await folder.WebhookKeyAsync(cancellationToken);
        Add("PostgreSQL", Configuration.Settings.Postgres, plan.Postgres?.ConnectionString);
        Add("Azurite", Configuration.Settings.Storage, plan.Azurite?.ConnectionString);
    }

    private async Task StartSimulatorAsync(IReadOnlyList<string> providers, int? preferredPort, CancellationToken cancellationToken)
    {
        // Without a data folder there is nowhere to keep the port: any will do.
        var port = _folder?.Ports.Reserve("simulator", preferredPort) ?? 0;
        _simulator = await SimulatorService.StartAsync(port, cancellationToken);
        _started.Add("AiSimulator");
        Add(ProviderDefaults.Simulated(providers, _simulator));
    }

    private void Add(string service, string setting, string? value)
    {
        if (value is null) return;
        _started.Add(service);
        _settings[setting] = value;
    }

    private void Add(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (name, value) in settings) _settings[name] = value;
    }
}
