using AiSimulator;

namespace EmbeddedHost;

/// <summary>AiSimulator inside this process, on a loopback port. <c>Simulator__*</c> variables set how it behaves.</summary>
internal sealed class SimulatorService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SimulatorOptions _options;

    private SimulatorService(WebApplication app, SimulatorOptions options)
    {
        _app = app;
        _options = options;
        Address = new Uri(app.Urls.Single());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What signs Replicate's webhooks.</summary>
    public string ReplicateWebhookSecret => _options.ReplicateWebhookSecret;

    /// <summary>What signs the callbacks of the callback provider.</summary>
    public string CallbackSecret => _options.CallbackSecret;

    /// <summary>Starts it at a port; 0 takes any free one.</summary>
    public static async Task<SimulatorService> StartAsync(int port, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var options = configuration.GetSection("Simulator").Get<SimulatorOptions>() ?? new SimulatorOptions();
        var app = SimulatorApp.Create([], options, $"http://127.0.0.1:{port}");
        try
        {
            await app.StartAsync(cancellationToken);
            return new SimulatorService(app, options);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
