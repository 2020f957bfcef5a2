using EmbeddedHost.Configuration;

namespace EmbeddedHost;

/// <summary>The whole of Atelier in this process and its local services beside it.</summary>
internal static class AppRun
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts what is not configured, runs the app until it is asked to stop, then stops what was started.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="HostFailure">Something cannot start.</exception>
    public static async Task<int> RunAsync(HostArguments arguments, CancellationToken stop)
    {
        var settings = Settings.Load();
        foreach (var address in arguments.Addresses) await address.EnsureFreeAsync(stop);

        await using var surroundings = await Surroundings.StartMissingAsync(settings, arguments.DataDirectory, Console.WriteLine, stop);
        foreach (var (name, value) in surroundings.Settings) settings.Default(name, value);
        if (!settings.Has("Access__Mode"))
        {
            // Who sits at the machine is caller and operator in one, until someone says how callers are known.
            settings.Default("Access__Mode", "Development");
            settings.Default("Access__Operators", "local");
        }

        settings.Default("Images__Container", "campaign-images");
        settings.Default("PublicUrl", arguments.Addresses[0].Local.ToString().TrimEnd('/'));
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", arguments.Urls);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var app = Atelier.Program.Main(["--urls", arguments.Urls]);
        var announcement = AnnounceAsync(arguments, surroundings, over.Token);
        await Task.WhenAny(app, Task.WhenAll(app, announcement));
        await over.CancelAsync();
        return await ExitCodeAsync(app);
    }

    /// <summary>Says where everything is once the app answers.</summary>
    private static async Task AnnounceAsync(HostArguments arguments, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var live = new Uri(arguments.Addresses[0].Local, "/api/health/live");
        using var client = new HttpClient { Timeout = ProbeTimeout };
        using var ticks = new PeriodicTimer(ProbePause);
        try
        {
            while (!await AnswersAsync(client, live, cancellationToken)) await ticks.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return; // It stops before it was ready.
        }

        // Before the line that says that all is ready: whoever waits for that one has read this one.
        if (surroundings.SimulatorPage is { } page) Console.WriteLine($"Simulated AI providers, their calls and faults on demand: {page}");
        Console.WriteLine($"Atelier is ready at {arguments.Addresses[0].Local.ToString().TrimEnd('/')} ({surroundings.Summary}; Ctrl+C stops it)");
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return true; // Whatever it says: it listens and serves.
        }
        catch (Exception exception) when (exception is HttpRequestException || !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The app's entry point may give an exit code or nothing.</summary>
    private static async Task<int> ExitCodeAsync(Task app)
    {
        await app;
        return app is Task<int> coded ? await coded : 0;
    }
}
