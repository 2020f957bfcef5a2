using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions.Hosting;

/// <summary>Puts a function app together on ASP.NET Core.</summary>
internal static class FunctionsHost
{
    private const string DefaultUrl = "http://localhost:7071";

    public static WebApplicationBuilder CreateWebBuilder(string[] args)
    {
        var web = WebApplication.CreateBuilder(args);
        LocalSettings.Add(web.Configuration, Environment.CurrentDirectory);
        var host = HostJson.Load(AppContext.BaseDirectory);
        web.Services.AddSingleton(host);
        web.Logging.ClearProviders();
        web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.IncludeScopes = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });
        web.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        web.Logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        foreach (var (category, level) in host.LogLevels)
        {
            web.Logging.AddFilter(category == "default" ? null : category, level);
        }

        if (string.IsNullOrEmpty(web.Configuration[WebHostDefaults.ServerUrlsKey]))
        {
            web.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, DefaultUrl);
        }

        web.Services.AddMvcCore();
        return web;
    }

    public static WebApplication Build(
        WebApplicationBuilder web,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        web.Services.TryAddSingleton(TimeProvider.System);
        web.Services.AddSingleton(provider => new FunctionCatalog(
            FunctionDiscovery.Discover(
                provider.GetRequiredService<IOptions<EmbeddedFunctionsOptions>>().Value,
                provider.GetRequiredService<HostJson>(),
                provider.GetRequiredService<IConfiguration>()),
            middleware,
            provider.GetRequiredService<HostJson>(),
            provider.GetRequiredService<IServiceScopeFactory>()));
        web.Services.AddSingleton<IDurableFunctions>(provider => provider.GetRequiredService<FunctionCatalog>());
        web.Services.AddSingleton<FunctionKeys>();
        web.Services.AddSingleton<HttpFunctions>();
        EngineRegistration.Add(web.Services);
        web.Services.AddHostedService<TimerScheduler>();

        var app = web.Build();
        app.Services.GetRequiredService<HttpFunctions>().Map(app);
        return app;
    }
}
