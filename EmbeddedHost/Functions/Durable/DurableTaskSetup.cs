using System.Text.Json;
using Atelier.Configuration;
using Atelier.Persistence;
using DurableTask.PostgreSQL;
using EmbeddedHost.Configuration;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Options;

namespace EmbeddedHost.Functions.Durable;

/// <summary>Adds the Durable Task worker and client on PostgreSQL, set up by host.json as the official host sets up its own.</summary>
internal static class DurableTaskSetup
{
    private const int MaxSchema = 50;

    public static void Add(IServiceCollection services, IConfiguration configuration, HostJson hostJson)
    {
        services.AddDurableTaskPostgreSql(options => Configure(options, configuration, hostJson));

        // The official worker's converter: JSON as the app has configured it for its functions.
        services.AddSingleton<DataConverter>(provider => new JsonDataConverter(provider.GetRequiredService<IOptions<JsonSerializerOptions>>().Value));
        services.AddOptions<DurableTaskWorkerOptions>().Configure<DataConverter>((worker, converter) => worker.DataConverter = converter);
        services.AddDurableTaskClient(client =>
        {
            client.UsePostgreSql();
            client.Configure(given => given.DefaultVersion = hostJson.Versioning?.DefaultVersion ?? string.Empty);
        });

        services.AddSingleton<FunctionTaskFactory>();
        var worker = new FunctionWorkerBuilder(services).UsePostgreSql();
        if (hostJson.Versioning is { } versioning) worker.UseVersioning(versioning);
        services.AddSingleton(worker.Build);
    }

    /// <summary>The PostgreSQL schema of the task hub that host.json names.</summary>
    /// <exception cref="HostFailure">The name is too long for one.</exception>
    public static string SchemaOf(HostJson hostJson)
    {
        if (hostJson.HubName is not { } hub) return "durable";
        var schema = $"durable_{new string([.. hub.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '_')])}";
        return schema.Length <= MaxSchema ? schema : throw new HostFailure($"host.json: extensions.durableTask.hubName '{hub}' is too long.");
    }

    /// <summary>
    /// How long a stop waits for running activities: <c>EmbeddedHost:DrainSeconds</c>. Default is 5 s: container runtimes kill what has not stopped after 10 s.
    /// </summary>
    /// <exception cref="SettingException">It is no whole number, or out of range.</exception>
    public static TimeSpan DrainTimeoutOf(IConfiguration configuration) =>
        TimeSpan.FromSeconds(configuration.ReadInt32("EmbeddedHost:DrainSeconds", 5, 0, 3600));

    private static void Configure(PostgreSqlOrchestrationServiceOptions options, IConfiguration configuration, HostJson hostJson)
    {
        KnownSettings.Check(configuration, "EmbeddedHost", "DrainSeconds", "MaxPayloadBytes", "LeaseSeconds", "IdleSeconds");
        options.ConnectionString = PostgresConnection.Parse(configuration.GetConnectionString("Postgres")).ConnectionString;
        options.TaskHub = SchemaOf(hostJson);
        options.MaxConcurrentActivities = hostJson.MaxConcurrentActivities ?? options.MaxConcurrentActivities;
        options.MaxLiveOrchestrations = hostJson.MaxConcurrentOrchestrators ?? options.MaxLiveOrchestrations;
        options.MaxPayloadBytes = configuration.ReadInt32("EmbeddedHost:MaxPayloadBytes", options.MaxPayloadBytes, 1024, 256 * 1024 * 1024);
        options.Lease = Seconds("EmbeddedHost:LeaseSeconds", options.Lease, 1, 600);
        options.DrainTimeout = DrainTimeoutOf(configuration);
        options.ExtendedSessionIdleTimeout = Seconds("EmbeddedHost:IdleSeconds", options.ExtendedSessionIdleTimeout, 0, 3600);

        TimeSpan Seconds(string setting, TimeSpan otherwise, int min, int max) =>
            TimeSpan.FromSeconds(configuration.ReadInt32(setting, (int)otherwise.TotalSeconds, min, max));
    }
}
