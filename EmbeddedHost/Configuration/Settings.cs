namespace EmbeddedHost.Configuration;

/// <summary>
/// The settings of this process: its environment variables, by the names that both hosts know. Values of
/// <c>local.settings.json</c> become environment variables too, as they do under <c>func start</c>.
/// </summary>
internal static class Settings
{
    public const string Postgres = "ConnectionStrings__Postgres";
    public const string Storage = "AzureWebJobsStorage";

    /// <summary>Whether a setting has a value that is not blank.</summary>
    public static bool Has(string name) => !string.IsNullOrWhiteSpace(Read(name));

    /// <summary>Whether PostgreSQL is configured.</summary>
    public static bool HasPostgres => Has(Postgres);

    /// <summary>Whether a storage account is configured, by connection string or by identity.</summary>
    public static bool HasStorage =>
        Has(Storage) || Has($"{Storage}__blobServiceUri") || Has($"{Storage}__accountName") || Has($"{Storage}__serviceUri");

    /// <summary>Gives a setting a value, unless it has one.</summary>
    public static void Default(string name, string value)
    {
        if (!Has(name)) Environment.SetEnvironmentVariable(name, value);
    }

    private static string? Read(string name) =>
        Environment.GetEnvironmentVariable(name) ?? Environment.GetEnvironmentVariable(name.Replace("__", ":", StringComparison.Ordinal));
}
