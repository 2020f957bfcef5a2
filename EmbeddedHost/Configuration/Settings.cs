namespace EmbeddedHost.Configuration;

/// <summary>What is configured, as the app itself will see it: environment variables and <c>local.settings.json</c>.</summary>
internal sealed class Settings(IConfiguration configuration)
{
    public const string Postgres = "ConnectionStrings__Postgres";
    public const string Storage = "AzureWebJobsStorage";

    /// <summary>Whether PostgreSQL is configured.</summary>
    public bool HasPostgres => Has(Postgres);

    /// <summary>Whether a storage account is configured, by connection string or by identity.</summary>
    public bool HasStorage =>
        Has(Storage) || Has($"{Storage}__blobServiceUri") || Has($"{Storage}__serviceUri") || Has($"{Storage}__accountName");

    /// <summary>The settings of this process, started in this folder.</summary>
    /// <exception cref="HostFailure"><c>local.settings.json</c> cannot be read.</exception>
    public static Settings Load()
    {
        LocalSettings.Apply();
        return new Settings(new ConfigurationBuilder().AddEnvironmentVariables().Build());
    }

    /// <summary>The environment's present values.</summary>
    public IConfiguration Configuration => configuration;

    /// <summary>Whether a setting, named as an environment variable is, has a value that is not blank.</summary>
    public bool Has(string name) => !string.IsNullOrWhiteSpace(configuration[name.Replace("__", ":", StringComparison.Ordinal)]);

    /// <summary>Gives a setting a value for this process, unless it has one.</summary>
    public void Default(string name, string value)
    {
        if (!Has(name)) Environment.SetEnvironmentVariable(name, value);
    }
}
