using Atelier.Access.ApiKeys;
using EmbeddedHost.Configuration;
using EmbeddedHost.LocalServices;

namespace EmbeddedHost;

/// <summary>The app's command <c>keys</c>, on the database that a host of the same settings and data folder uses, whether that one runs or not.</summary>
internal static class KeysRun
{
    public const string Verb = "keys";

    private const string DataArgument = "--data";

    /// <summary>Runs the command line <c>keys …</c>.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="HostFailure">There is no database.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken stop)
    {
        // The arguments are the app's; this host needs only the data folder.
        var at = args.ToList().FindIndex(argument => argument == DataArgument || argument.StartsWith($"{DataArgument}=", StringComparison.Ordinal));
        string[] ours = at < 0 ? [] : [.. args.Skip(at).Take(args[at] == DataArgument ? 2 : 1)];
        string[] theirs = at < 0 ? [.. args] : [.. args.Take(at), .. args.Skip(at + ours.Length)];
        var directory = HostArguments.Parse(ours, Environment.CurrentDirectory).DataDirectory;

        var settings = Settings.Load();
        await using var surroundings = settings.HasPostgres ? null : await DatabaseAsync(settings, directory, stop);
        return await KeysCommand.RunAsync(theirs, Settings.Load().Configuration);
    }

    private static async Task<Surroundings?> DatabaseAsync(Settings settings, string directory, CancellationToken stop)
    {
        if (RunningPostgres.Find(directory) is { } running)
        {
            settings.Default(Settings.Postgres, running);
            return null;
        }

        // Only the command's own output is printed, so that scripts can read it.
        var surroundings = await Surroundings.StartPostgresAsync(directory, Console.Error.WriteLine, stop);
        foreach (var (name, value) in surroundings.Settings) settings.Default(name, value);
        return surroundings;
    }
}
