namespace EmbeddedHost.Configuration;

/// <summary><c>local.settings.json</c>, read as the Functions tools read it.</summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    /// <summary>Sets the file's values as environment variables of this process, unless they are set already.</summary>
    /// <exception cref="HostFailure">The file is not JSON, or is encrypted.</exception>
    public static void Apply()
    {
        if (Find() is not { } path) return;
        foreach (var (name, value) in Read(path))
        {
            if (Environment.GetEnvironmentVariable(name) is null) Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>The values of a file, under the names of environment variables.</summary>
    /// <exception cref="HostFailure">The file is not JSON, or is encrypted.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Read(string path)
    {
        var file = JsonSettings.Read(path);
        if (bool.TryParse(file["IsEncrypted"], out var encrypted) && encrypted)
            throw new HostFailure($"'{path}' is encrypted; run 'func settings decrypt' first.");

        var connections = file.GetSection("ConnectionStrings").AsEnumerable(makePathsRelative: true)
            .Select(connection => KeyValuePair.Create($"ConnectionStrings:{connection.Key}", connection.Value));
        return file.GetSection("Values").AsEnumerable(makePathsRelative: true).Concat(connections)
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create(setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!));
    }

    /// <summary>In the current folder; or else beside a host.json at or above the current folder or the program.</summary>
    private static string? Find() => Upward(Directory.GetCurrentDirectory()).Concat(Upward(AppContext.BaseDirectory))
        .Where(folder => File.Exists(Path.Combine(folder, "host.json")))
        .Prepend(Directory.GetCurrentDirectory())
        .Select(folder => Path.Combine(folder, FileName))
        .FirstOrDefault(File.Exists);

    private static IEnumerable<string> Upward(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent) yield return folder.FullName;
    }
}
