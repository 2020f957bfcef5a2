namespace AiSimulator;

/// <summary>Builds the simulator as a web application, for its own executable, for a host process and for tests.</summary>
public static class SimulatorApp
{
    /// <summary>Where the simulator listens when nothing else is said: the loopback interface, a free port.</summary>
    public const string DefaultUrl = "http://127.0.0.1:0";

    /// <summary>
    /// Builds the application; the caller starts, stops and disposes it. Nothing ambient is read: neither the environment nor
    /// settings files, so that it can live inside another application's process.
    /// </summary>
    /// <param name="args">Command line; only <c>--urls</c> is read, and only when <paramref name="url"/> is null.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="url">Where to listen; null is <see cref="DefaultUrl"/>. The bound address is in <c>app.Urls</c> once started.</param>
    public static WebApplication Create(string[] args, SimulatorOptions options, string? url = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(options);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "AiSimulator" });
        builder.Configuration.AddCommandLine(args);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(url ?? builder.Configuration["urls"] ?? DefaultUrl);
        builder.Services.AddRoutingCore();

        var app = builder.Build();
        app.MapGet("/healthz", () => Results.Text("ok"));
        return app;
    }
}
