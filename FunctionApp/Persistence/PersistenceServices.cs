using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Registers the database.</summary>
public static class PersistenceServices
{
    /// <summary>Adds the process's <see cref="NpgsqlDataSource"/> and <see cref="AtelierDbContext"/> on it.</summary>
    /// <exception cref="SettingException">The connection string is missing or malformed.</exception>
    public static IServiceCollection AddPersistence(this IServiceCollection services, IConfiguration configuration)
    {
        string? connectionString = configuration.GetConnectionString("Postgres");
        // Malformed settings stop the start here, before the first use.
        PostgresConnection.Parse(connectionString);
        services.AddSingleton(provider => PostgresConnection.Create(connectionString, provider.GetService<ILoggerFactory>()));
        services.AddDbContextPool<AtelierDbContext>((provider, options) =>
            options.UseAtelier(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<CampaignRecord>();
        return services;
    }

    /// <summary>The context's options, here and in tests.</summary>
    internal static DbContextOptionsBuilder UseAtelier(this DbContextOptionsBuilder options, NpgsqlDataSource dataSource) =>
        options.UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable("atelier_migrations"));
}
