using Atelier;
using Atelier.Configuration;
using Atelier.Images;
using DurableTask.PostgreSQL;
using EmbeddedHost.Configuration;
using EmbeddedHost.Functions;
using EmbeddedHost.Functions.Timers;
using Microsoft.Extensions.Options;

namespace EmbeddedHost;

/// <summary>The whole of Atelier in this process and its local services beside it.</summary>
internal static class AppRun
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(1);

    /// <summary>Starts what is not configured, runs the app until it is asked to stop, then stops what was started.</summary>
    /// <exception cref="HostFailure">Something cannot start.</exception>
    /// <exception cref="SettingException">A setting of the app is wrong.</exception>
    /// <exception cref="TaskHubSchemaException">The task hub belongs to another version.</exception>
    /// <exception cref="TaskHubUnavailableException">The task hub's database does not respond.</exception>
    public static async Task RunAsync(HostArguments arguments, CancellationToken stop)
    {
        var settings = Settings.Load();
        foreach (var address in arguments.Addresses) await address.EnsureFreeAsync(stop);

        await using var surroundings = await Surroundings.StartMissingAsync(settings, arguments.DataDirectory, Console.WriteLine, stop);
        foreach (var (name, value) in surroundings.Settings) settings.Default(name, value);
        if (!settings.Has("Access__Mode"))
        {
            // Until access is configured, the user of this machine is both caller and operator.
            settings.Default("Access__Mode", "Development");
            settings.Default("Access__Operators", "local");
        }

        settings.Default("Images__Container", "campaign-images");
        settings.Default("PublicUrl", arguments.Addresses[0].Local.ToString().TrimEnd('/'));

        await using var app = FunctionsHost.Build(
            ["--urls", arguments.Urls], typeof(AtelierServices).Assembly.GetTypes(), (worker, configuration) => worker.AddAtelier(configuration));
        var engine = app.Services.GetRequiredService<IOptions<PostgreSqlOrchestrationServiceOptions>>().Value;
        await AtelierServices.PrepareAsync(app.Services, engine.MaxConnections + TimerStore.MaxConnections);
        await app.Services.GetRequiredService<PostgreSqlOrchestrationService>().CreateIfNotExistsAsync();
        await app.StartAsync(stop);
        try
        {
            await WaitForBlobStorageAsync(app.Services.GetRequiredService<IImageStore>(), stop);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None);
            throw;
        }

        Announce(arguments, surroundings);
        await app.WaitForShutdownAsync(stop);
    }

    /// <summary>PostgreSQL is reachable by now: the app's schema and the task hub are there.</summary>
    private static async Task WaitForBlobStorageAsync(IImageStore images, CancellationToken stop)
    {
        for (var isReported = false; ; isReported = true)
        {
            try
            {
                // "No such blob" shows that the storage responds, and costs nothing to send.
                await images.OpenAsync("ready", stop).WaitAsync(ProbeTimeout, stop);
                return;
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                if (!isReported) Console.WriteLine($"Waiting for Blob Storage ({Settings.Storage}): {exception.Message.ReplaceLineEndings(" ")}");
                await Task.Delay(ProbePause, stop);
            }
        }
    }

    private static void Announce(HostArguments arguments, Surroundings surroundings)
    {
        // Before the line that reports readiness, so that a reader who waits for that line has both.
        if (surroundings.SimulatorPage is { } page) Console.WriteLine($"Simulated AI providers, their calls and faults on demand: {page}");
        Console.WriteLine($"Atelier is ready at {arguments.Addresses[0].Local.ToString().TrimEnd('/')} ({surroundings.Summary}; Ctrl+C stops it)");
    }
}
