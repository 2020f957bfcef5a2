using Npgsql;

namespace Benchmarks.Job;

/// <summary>What the harness tells a worker, by environment variables.</summary>
/// <param name="Database">The table <c>campaign</c>'s database: <c>ConnectionStrings__Postgres</c>.</param>
/// <param name="Provider">The stub's base address: <c>PROVIDER_URL</c>.</param>
/// <param name="Images">An existing folder for the images: <c>IMAGE_FOLDER</c>.</param>
public sealed record JobSettings(NpgsqlConnectionStringBuilder Database, Uri Provider, string Images)
{
    // Every worker, in whatever language, has this many connections for its status rows.
    private const int StatusConnections = 20;

    /// <exception cref="InvalidOperationException">A variable is not set.</exception>
    public static JobSettings FromEnvironment() => new(
        new NpgsqlConnectionStringBuilder(Required("ConnectionStrings__Postgres"))
        {
            MaxPoolSize = StatusConnections,
            MaxAutoPrepare = 4,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
        },
        new Uri(Required("PROVIDER_URL")),
        Required("IMAGE_FOLDER"));

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"The environment variable {name} is not set.");
}
