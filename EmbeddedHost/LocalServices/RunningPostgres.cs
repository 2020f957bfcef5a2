namespace EmbeddedHost.LocalServices;

/// <summary>The PostgreSQL that another host has started in a data folder.</summary>
internal static class RunningPostgres
{
    /// <summary>Its connection string; <see langword="null"/> where no host uses the folder.</summary>
    public static string? Find(string directory)
    {
        if (!DataFolder.IsInUse(directory)) return null;
        var password = Path.Combine(directory, DataFolder.PasswordFile);
        return PortBook.Find(Path.Combine(directory, DataFolder.PortsFile), "postgres") is { } port && File.Exists(password)
            ? new PostgresPlan(port, File.ReadAllText(password)).ConnectionString
            : null;
    }
}
