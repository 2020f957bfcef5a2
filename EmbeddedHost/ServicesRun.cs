using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbeddedHost;

/// <summary>The local services alone, for <c>func start</c> beside them.</summary>
internal static class ServicesRun
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Starts the services, prints the settings for them, and stops them on a stop signal.</summary>
    /// <exception cref="HostFailure">Something did not start.</exception>
    public static async Task RunAsync(HostArguments arguments, CancellationToken stop)
    {
        await using var surroundings = await Surroundings.StartAllAsync(arguments.DataDirectory, Console.WriteLine, stop);
        Console.WriteLine(
            $"""
             Simulated AI providers, their calls and faults on demand: {surroundings.SimulatorPage}
             The services are ready ({surroundings.Summary}; Ctrl+C stops them).
             For func start, this is local.settings.json:

             {LocalSettingsFor(surroundings)}
             """);

        var stopped = new TaskCompletionSource();
        await using var registration = stop.Register(stopped.SetResult);
        await stopped.Task;
    }

    // What the repository has for func start, with the addresses and keys of what was started.
    private static string LocalSettingsFor(Surroundings surroundings)
    {
        using var sample = typeof(ServicesRun).Assembly.GetManifestResourceStream("local.settings.sample.json")!;
        var settings = JsonNode.Parse(sample)!.AsObject();
        foreach (var (name, value) in surroundings.Settings)
            settings["Values"]![name] = value;
        return settings.ToJsonString(Readable);
    }
}
