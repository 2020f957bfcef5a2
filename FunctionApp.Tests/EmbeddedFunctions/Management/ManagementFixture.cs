using System.Text.Json;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions.Management;

/// <summary>The app of <see cref="ManagementFunctions"/> on a database of its own.</summary>
public sealed class ManagementFixture : IAsyncDisposable, IAsyncLifetime
{
    internal const string Api = "/runtime/webhooks/durabletask";
    internal const string Code = $"code={FunctionHost.SystemKey}";

    private readonly SemaphoreSlim _starting = new(1, 1);
    private FunctionHost? _host;

    public Task InitializeAsync() => Task.CompletedTask;

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _starting.Dispose();
    }

    internal async Task<FunctionHost> StartAsync(LocalServicesFixture services)
    {
        await _starting.WaitAsync();
        try
        {
            return _host ??= await FunctionHost.StartAsync(
                [typeof(ManagementFunctions)], null, $"ConnectionStrings:Postgres={await services.CreateDatabaseAsync()}");
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts an orchestration over the API.</summary>
    internal static async Task<string> StartAsync(FunctionHost host, string name, string? input = "\"in\"")
    {
        using var answer = await host.SendAsync("POST", $"{Api}/orchestrators/{name}?{Code}", input);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>An instance's status, once it is the one that is waited for.</summary>
    internal static async Task<string> StatusAsync(FunctionHost host, string id, string status, string query = "")
    {
        var body = string.Empty;
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}{query}");
            body = await answer.Content.ReadAsStringAsync();
            return body.Contains($"\"runtimeStatus\":\"{status}\"", StringComparison.Ordinal);
        });
        return body;
    }
}
