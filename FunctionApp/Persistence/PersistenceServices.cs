using Atelier.Configuration;
using Atelier.Outages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Registers the database.</summary>
public static class PersistenceServices
{
    /// <summary>Adds the process's <see cref="NpgsqlDataSource"/>, <see cref="AtelierDbContext"/> on it, and what listens for changes.</summary>
    /// <exception cref="SettingException">The connection string is missing or malformed.</exception>
    public static IServiceCollection AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString("Postgres");
        // Malformed settings stop the start here, before the first use.
        PostgresConnection.Parse(connectionString);
        services.AddSingleton(provider => PostgresConnection.Create(connectionString, provider.GetService<ILoggerFactory>()));
        services.AddDbContextPool<AtelierDbContext>((provider, options) =>
            options.UseAtelier(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<OutageMonitor>();
        services.AddSingleton<GroupCommit>();
        services.AddScoped<CampaignUpdater>();
        services.AddSingleton<CampaignChanges>();
        services.AddHostedService(provider => provider.GetRequiredService<CampaignChanges>());
        // The driver logs every command at Information: tracing shows them better, and only when it is on.
        services.AddLogging(logging => logging
            .AddFilter("Npgsql", LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning));
        return services;
    }

    /// <summary>The context's options, here and in tests.</summary>
    internal static DbContextOptionsBuilder UseAtelier(this DbContextOptionsBuilder options, NpgsqlDataSource dataSource) =>
        options
            .UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable("atelier_migrations"))
            .AddInterceptors(new ReadOnlySessions(dataSource))
            // A command that fails throws, and the exception is logged where it is caught; the first query on an empty database fails by design.
            .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug)));
}
