using AiSimulator.Admin;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Jobs;
using AiSimulator.Painting;
using AiSimulator.Providers;
using AiSimulator.Providers.Callback;
using AiSimulator.Providers.OpenAi;
using AiSimulator.Providers.Replicate;
using AiSimulator.Providers.StableDiffusion;
using AiSimulator.Webhooks;
using AiSimulator.Writing;

namespace AiSimulator;

/// <summary>Builds the simulator as a web application, for its own executable, for a host process and for tests.</summary>
public static class SimulatorApp
{
    /// <summary>Where the simulator listens by default: the loopback interface, a free port.</summary>
    public const string DefaultUrl = "http://127.0.0.1:0";

    /// <summary>
    /// Builds the application; the caller starts, stops and disposes it. Nothing ambient is read, neither the environment nor
    /// settings files, and the process's signals are left alone, so that it can live inside another application's process.
    /// </summary>
    /// <param name="args">Command line; only <c>--urls</c> is read, and only when <paramref name="url"/> is null.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="url">Where to listen; null is <see cref="DefaultUrl"/>. The bound address is in <c>app.Urls</c> once started.</param>
    public static WebApplication Create(string[] args, SimulatorOptions options, string? url = null) => Create(args, options, url, ownsProcess: false);

    internal static WebApplication Create(string[] args, SimulatorOptions options, string? url, bool ownsProcess)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "AiSimulator" });
        builder.Configuration.AddCommandLine(args);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(url ?? builder.Configuration["urls"] ?? DefaultUrl);
        builder.Services.AddRoutingCore();
        if (!ownsProcess) builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        AddSimulator(builder.Services, options);

        var app = builder.Build();
        MapSimulator(app);
        return app;
    }

    private static void Check(SimulatorOptions options)
    {
        static void Hold(bool condition, string name, string rule)
        {
            if (!condition) throw new ArgumentException($"Simulator__{name} must be {rule}.");
        }

        Hold(options.TextLatency >= TimeSpan.Zero, nameof(options.TextLatency), "zero or more");
        Hold(options.ImageLatency >= TimeSpan.Zero, nameof(options.ImageLatency), "zero or more");
        Hold(options.LatencyJitter is >= 0 and <= 1, nameof(options.LatencyJitter), "between 0 and 1");
        Hold(options.RequestsPerMinute >= 0, nameof(options.RequestsPerMinute), "zero or more");
        Hold(options.RequestsPerSecond is >= 0 and <= 1000, nameof(options.RequestsPerSecond), "0 to 1000");
        Hold(options.WebhookAttempts >= 1, nameof(options.WebhookAttempts), "at least 1");
        Hold(options.WebhookRetryDelay >= TimeSpan.Zero, nameof(options.WebhookRetryDelay), "zero or more");
        Hold(Signatures.IsStandardSecret(options.ReplicateWebhookSecret), nameof(options.ReplicateWebhookSecret), "whsec_ and base64");
    }

    private static void AddSimulator(IServiceCollection services, SimulatorOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Clock);
        services.AddSingleton<CallLog>();
        services.AddSingleton<FaultBook>();
        services.AddSingleton<FaultPlayer>();
        services.AddSingleton<RateWindow>();
        services.AddSingleton<Latency>();
        services.AddSingleton<CallPipeline>();
        services.AddSingleton<CopyWriter>();
        services.AddSingleton<Studio>();
        services.AddSingleton<ChatEndpoint>();
        services.AddSingleton<ImagesEndpoint>();
        services.AddSingleton<StableDiffusionEndpoints>();
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<WebhookLog>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<ReplicateEndpoints>();
        services.AddSingleton<CallbackEndpoints>();
        services.AddSingleton<OutputEndpoint>();
        services.AddSingleton<AdminEndpoints>();
    }

    private static void MapSimulator(WebApplication app)
    {
        var (chat, images) = (app.Services.GetRequiredService<ChatEndpoint>(), app.Services.GetRequiredService<ImagesEndpoint>());
        var (openAi, azure) = (new OpenAiDialect(), new AzureOpenAiDialect());
        chat.Map(app, "/v1", openAi);
        images.Map(app, "/v1", openAi);
        foreach (var azureUrl in new[] { "/openai/deployments/{deployment}", "/openai/v1" })
        {
            chat.Map(app, azureUrl, azure);
            images.Map(app, azureUrl, azure);
        }

        chat.Map(app, "/v1beta/openai", new GeminiDialect());
        app.Services.GetRequiredService<StableDiffusionEndpoints>().Map(app);
        app.Services.GetRequiredService<ReplicateEndpoints>().Map(app);
        app.Services.GetRequiredService<CallbackEndpoints>().Map(app);
        app.Services.GetRequiredService<OutputEndpoint>().Map(app);
        app.Services.GetRequiredService<AdminEndpoints>().Map(app);
    }

    /// <summary>The lifetime of a guest: its host starts and stops it.</summary>
    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
