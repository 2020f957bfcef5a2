using EmbeddedFunctions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions;

/// <summary>A function app of chosen classes inside the test process, on a real server at a free port.</summary>
internal sealed class FunctionHost : IAsyncDisposable
{
    public const string HostKey = "host-key";
    public const string MasterKey = "master-key";
    public const string SystemKey = "system-key";

    private readonly IHost _host;

    private FunctionHost(IHost host)
    {
        _host = host;
        var address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

        // A busy machine may take its time to refuse a body.
        Client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = new Uri(address) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Builds an app of the given classes; settings are given as <c>name=value</c>.</summary>
    public static IHost Build(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, params string[] settings) => BuildPlain(
        classes,
        builder =>
        {
            builder.ConfigureFunctionsWebApplication();
            configure?.Invoke(builder);
        },
        settings);

    /// <summary>Starts an app that does not use ASP.NET Core's types.</summary>
    public static async Task<FunctionHost> StartPlainAsync(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null)
    {
        var host = BuildPlain(classes, configure, []);
        await host.StartAsync();
        return new FunctionHost(host);
    }

    private static IHost BuildPlain(Type[] classes, Action<FunctionsApplicationBuilder>? configure, string[] settings)
    {
        // The repository's own host.json is none of these apps'.
        var builder = FunctionsApplication.CreateBuilder(
        [
            "--urls=http://127.0.0.1:0",
            $"--AzureWebJobsScriptRoot={Path.Combine(Path.GetTempPath(), "no-host-json")}",
            $"--EmbeddedFunctions:Keys:Host={HostKey}",
            $"--EmbeddedFunctions:Keys:Master={MasterKey}",
            $"--EmbeddedFunctions:Keys:System={SystemKey}",
            .. settings.Select(setting => $"--{setting}"),
        ]);
        builder.Services.Configure<EmbeddedFunctionsOptions>(options =>
        {
            options.FunctionAssemblies.Add(typeof(FunctionHost).Assembly);
            options.TypeFilter = classes.Contains;
        });
        configure?.Invoke(builder);
        return builder.Build();
    }

    public static async Task<FunctionHost> StartAsync(Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, params string[] settings)
    {
        var host = Build(classes, configure, settings);
        await host.StartAsync();
        return new FunctionHost(host);
    }

    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else _host.Dispose();
    }
}
