using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Extensions.DurableTask.ContextImplementations;
using Microsoft.Azure.WebJobs.Extensions.DurableTask.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableTask.PostgreSQL.AzureFunctions.Tests;

/// <summary>A WebJobs host with the durable extension on a database of its own.</summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(() => PostgresServer.StartAsync("dtests-functions"));

    private readonly IHost _host;

    private FunctionsHost(IHost host) => _host = host;

    public IDurableClient Client => ClientOf(hub: null);

    /// <summary>The provider as the extension sees it.</summary>
    public DurabilityProvider Provider =>
        _host.Services.GetServices<IDurabilityProviderFactory>().Single(f => f.Name == "PostgreSQL").GetDurabilityProvider();

    public static async Task<string> NewDatabaseAsync() => await (await Server.Value).CreateDatabaseAsync();

    /// <summary>Starts a host with the functions of a type, or, without one, a host that only has clients.</summary>
    public static async Task<FunctionsHost> StartAsync(
        Type? functions, string? database = null, string hub = "TestHub", params (string Name, object Value)[] settings)
    {
        database ??= await NewDatabaseAsync();
        var host = new HostBuilder()
            .ConfigureAppConfiguration(c => c.AddInMemoryCollection(new Dictionary<string, string?> { ["Database"] = database }))
            .ConfigureServices(s => s.AddSingleton<ITypeLocator>(new Functions(functions)))
            .ConfigureWebJobs(b =>
            {
                b.AddDurableTask(o =>
                {
                    o.HubName = hub;
                    o.StorageProvider["type"] = "PostgreSQL";
                    o.StorageProvider["connectionStringName"] = "Database";
                    foreach (var (name, value) in settings)
                    {
                        o.StorageProvider[name] = value;
                    }
                });
                new PostgreSqlDurabilityStartup().Configure(b);
            })
            .Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new FunctionsHost(host);
    }

    /// <summary>A client of the app's own hub, or of another one.</summary>
    public IDurableClient ClientOf(string? hub) =>
        _host.Services.GetRequiredService<IDurableClientFactory>().CreateClient(new DurableClientOptions { TaskHub = hub ?? "TestHub" });

    /// <summary>Waits until an instance is in a state.</summary>
    public async Task<DurableOrchestrationStatus> ReachesAsync(string id, OrchestrationRuntimeStatus status)
    {
        DurableOrchestrationStatus? current = null;
        await Eventually.TrueAsync(async () => (current = await Client.GetStatusAsync(id, showHistory: true))?.RuntimeStatus == status, $"{id} is {status}");
        return current!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class Functions(Type? type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => type is null ? [] : [type];
    }
}
