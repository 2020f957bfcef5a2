using System.Text.Json;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions;

/// <summary>The web application under a function app, before the app adds its own.</summary>
internal static class HostSetup
{
    /// <summary>Where the port of local.settings.json is kept.</summary>
    public const string LocalPort = "EmbeddedFunctions:LocalHttpPort";

    public static WebApplicationBuilder Create(string[]? args)
    {
        var options = new WebApplicationOptions { Args = args, EnvironmentName = EnvironmentName(args) };
        var builder = WebApplication.CreateSlimBuilder(options);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(AnswerLongRequestsInTheApp);
        LocalSettings.AddTo(builder.Configuration);
        return builder;
    }

    /// <summary>Listens at <c>http://localhost:7071</c> unless an address is configured. Done last: an app may still configure one.</summary>
    public static void Listen(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey])
            && string.IsNullOrEmpty(configuration[WebHostDefaults.HttpsPortsKey])
            && !configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls($"http://localhost:{configuration[LocalPort] ?? "7071"}");
        }
    }

    /// <summary>The worker's options before the app's own: its converters stand before those that the app registers.</summary>
    public static void AddWorkerOptions(IServiceCollection services)
    {
        services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        services.Configure<WorkerOptions>(worker => worker.InputConverters.Register<WorkerConverters>());
        services.AddOptions<WorkerOptions>().PostConfigure<IOptions<JsonSerializerOptions>>((worker, json) =>
        {
            worker.HasOwnJson = worker.HasSerializer || json.Value.PropertyNamingPolicy is not null || json.Value.Converters.Count > 0;
            worker.Json = json.Value;
        });
    }

    public static void Log(ILoggingBuilder logging, HostJson hostJson)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.IncludeScopes = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });

        // A line for each request says nothing that the function's own log does not say better.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        foreach (var (category, level) in hostJson.LogLevels)
        {
            if (category.Equals("default", StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(level);
                continue;
            }

            logging.AddFilter(category, level);
            if (category.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                // What the official host writes under that category is written by these here.
                logging.AddFilter("EmbeddedFunctions", level).AddFilter("Microsoft.Hosting", level);
            }
        }
    }

    // What is over the server's own limits gets an empty answer before an app sees it. With a few times the defaults (8 KB, 32 KB,
    // 100), apps can keep to those and say in their own words what is too long.
    private static void AnswerLongRequestsInTheApp(KestrelServerOptions server)
    {
        server.Limits.MaxRequestLineSize = 64 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        server.Limits.MaxRequestHeaderCount = 400;
    }

    /// <summary>Without ASP.NET Core's types bodies may be read and written without awaiting: the official worker holds them in memory then.</summary>
    public static void AllowSynchronousBodies(KestrelServerOptions server) => server.AllowSynchronousIO = true;

    // The official tools say Development by a name of their own; the names of .NET come first.
    private static string? EnvironmentName(string[]? args)
    {
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args ?? []).Build();
        return configuration[WebHostDefaults.EnvironmentKey] ?? Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT");
    }
}
