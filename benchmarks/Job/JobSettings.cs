using Npgsql;

namespace Benchmarks.Job;

/// <summary>A worker's settings, which the harness sets as environment variables.</summary>
/// <param name="ConnectionString">The database of the table <c>campaign</c>: <c>ConnectionStrings__Postgres</c>.</param>
/// <param name="Provider">The stub's base address: <c>PROVIDER_URL</c>.</param>
/// <param name="Images">An existing folder for the images: <c>IMAGE_FOLDER</c>.</param>
public sealed record JobSettings(string ConnectionString, Uri Provider, string Images)
{
    // Every worker, in whatever language, has this many connections for its status rows.
    private const int StatusConnections = 20;

    /// <exception cref="InvalidOperationException">A variable is not set.</exception>
    public static JobSettings FromEnvironment() => new(
        Required("ConnectionStrings__Postgres"), new Uri(Required("PROVIDER_URL")), Required("IMAGE_FOLDER"));

    /// <summary>The connections of the status rows.</summary>
    public NpgsqlDataSource OpenDatabase() => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        MaxPoolSize = StatusConnections,
        MaxAutoPrepare = 4,
        AutoPrepareMinUsages = 1,
        NoResetOnClose = true,
    });

    /// <exception cref="InvalidOperationException">The variable is not set.</exception>
    public static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The environment variable {name} is not set.");
}
