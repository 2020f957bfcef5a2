using Npgsql;

namespace EmbeddedFunctions.Engine;

/// <summary>The library's own way to the database: the types that its tables have, and no others, which a new process would load for nothing.</summary>
internal static class EngineDataSource
{
    /// <param name="settings">Where and how to connect; TLS and integrated security as for any data source.</param>
    /// <param name="name">What metrics call it; by itself it would be called by its whole connection string.</param>
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder settings, string? name = null)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString) { Name = name };
        return builder.EnableArrays().EnableTransportSecurity().EnableIntegratedSecurity().Build();
    }
}
