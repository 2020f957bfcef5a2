using EmbeddedHost.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>A function app of chosen classes inside the test process, on a real server at a free port.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    /// <summary>The longest that a test waits for an orchestration.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private TestApp(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public DurableTaskClient Client => Services.GetRequiredService<DurableTaskClient>();

    public Journal Journal => Services.GetRequiredService<Journal>();

    /// <summary>Builds an app; settings are given as <c>name=value</c>.</summary>
    public static WebApplication Build(Type[] types, Action<IFunctionsWorkerApplicationBuilder>? configure = null, params string[] settings)
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            "--AzureFunctionsJobHost:extensions:http:routePrefix=api",
            "--AzureFunctionsJobHost:logging:logLevel:default=Critical",
            .. settings.Select(setting => $"--{setting}"),
        ];
        return FunctionsHost.Build(args, types, (worker, _) =>
        {
            worker.Services.AddSingleton<Journal>();
            worker.Services.AddScoped<ScopedService>();
            configure?.Invoke(worker);
        });
    }

    public static async Task<TestApp> StartAsync(
        Type[] types, Action<IFunctionsWorkerApplicationBuilder>? configure = null, params string[] settings)
    {
        var app = Build(types, configure, settings);
        await app.StartAsync();
        return new TestApp(app);
    }

    /// <summary>Starts an app that keeps its state in a database.</summary>
    public static Task<TestApp> StartOnAsync(
        string database, Type functions, Action<IFunctionsWorkerApplicationBuilder>? configure = null, params string[] settings) =>
        StartAsync([functions], configure, [$"ConnectionStrings:Postgres={database}", .. settings]);

    public async Task<HttpResponseMessage> SendAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await Http.SendAsync(request);
    }

    /// <summary>Runs an orchestration to its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null) =>
        await EndOfAsync(await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input));

    /// <summary>Waits for an orchestration's end.</summary>
    public async Task<OrchestrationMetadata> EndOfAsync(string instanceId)
    {
        using var limit = new CancellationTokenSource(Limit);
        return await Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
