namespace EmbeddedHost;

/// <summary>The command line of the host.</summary>
/// <param name="Addresses">Where the app listens; never empty.</param>
/// <param name="DataDirectory">The full path of the folder for the local services' data.</param>
/// <param name="ServicesOnly">Whether to start the local services alone.</param>
/// <param name="Help">Whether to print the arguments and do nothing else.</param>
internal sealed record HostArguments(IReadOnlyList<ListenAddress> Addresses, string DataDirectory, bool ServicesOnly, bool Help)
{
    private const string DefaultUrl = "http://localhost:7071";
    private const string DefaultFolder = ".atelier";
    private const string RepositoryMark = "Atelier.slnx";

    public const string Usage =
        """
        Runs Atelier with everything it needs: dotnet run --project EmbeddedHost -- [options]

          --urls URL      where it listens, several apart by ';' (default http://localhost:7071)
          --data DIR      where it keeps its data (default .atelier in the repository, else in the current folder)
          --services      starts PostgreSQL, Azurite and AiSimulator alone, for func start beside them
          --help          shows this

        keys create --user NAME [--operator], keys list, keys revoke ID: the API keys of access mode ApiKey (docs/access.md).

        What is configured is not started: ConnectionStrings__Postgres, AzureWebJobsStorage or its identity-based settings, and
        Providers__<name>__Endpoint or __ApiKey, as environment variables or in local.settings.json.
        """;

    /// <summary>Where the app listens, as ASP.NET Core takes it.</summary>
    public string Urls => string.Join(';', Addresses);

    /// <summary>Reads the command line; relative paths are taken from <paramref name="currentDirectory"/>.</summary>
    /// <exception cref="HostFailure">An argument is unknown, incomplete or malformed.</exception>
    public static HostArguments Parse(IReadOnlyList<string> args, string currentDirectory)
    {
        string? urls = null, data = null;
        bool services = false, help = false;

        for (var next = 0; next < args.Count; next++)
        {
            var (name, inlined) = Split(args[next]);
            switch (name)
            {
                case "--urls": urls = inlined ?? ValueAfter(args, ref next); break;
                case "--data": data = inlined ?? ValueAfter(args, ref next); break;
                case "--services" when inlined is null: services = true; break;
                case "--help" or "-h" or "-?" when inlined is null: help = true; break;
                default: throw new HostFailure($"The argument '{args[next]}' is not known: --help says what there is.");
            }
        }

        var directory = data is null ? DefaultDataDirectory(currentDirectory) : Path.GetFullPath(data, currentDirectory);
        return new HostArguments(ListenAddress.ParseAll(urls ?? DefaultUrl), directory, services, help);
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (argument[..at], argument[(at + 1)..]) : (argument, null);

    private static string ValueAfter(IReadOnlyList<string> args, ref int index)
    {
        if (index + 1 < args.Count && !args[index + 1].StartsWith("--", StringComparison.Ordinal)) return args[++index];
        throw new HostFailure($"The argument '{args[index]}' needs a value.");
    }

    private static string DefaultDataDirectory(string currentDirectory)
    {
        for (var folder = new DirectoryInfo(currentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, RepositoryMark))) return Path.Combine(folder.FullName, DefaultFolder);
        }

        return Path.Combine(currentDirectory, DefaultFolder);
    }
}
