using System.Text.Json;
using Atelier.Persistence;
using EmbeddedHost.Configuration;
using EmbeddedHost.Functions.Durable;
using EmbeddedHost.Functions.Http;
using EmbeddedHost.Functions.Timers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedHost.Functions;

/// <summary>Puts a web application together that runs the functions of an app.</summary>
internal static class FunctionsHost
{
    /// <param name="args">Settings as <c>--name value</c>, over those of the environment.</param>
    /// <param name="types">The app's types, of which some declare functions.</param>
    /// <param name="configure">Adds the app's middleware and services.</param>
    /// <exception cref="HostFailure">A function cannot run here, or a setting is wrong.</exception>
    public static WebApplication Build(string[] args, IEnumerable<Type> types, Action<IFunctionsWorkerApplicationBuilder, IConfiguration> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var hostJson = HostJson.Read(Path.Combine(AppContext.BaseDirectory, "host.json"), builder.Configuration);
        var functions = new FunctionDiscovery(builder.Configuration, hostJson).Find(types);
        builder.WebHost.ConfigureKestrel(RaiseServerLimits);
        HostLogging.Configure(builder.Logging, hostJson);

        var pipeline = new FunctionPipelineBuilder(builder.Services);
        configure(pipeline, builder.Configuration);
        AddFunctions(builder.Services, functions, pipeline, hostJson);
        // Beside the activities, requests and timers end, and what is held is released.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout += DurableTaskSetup.DrainTimeoutOf(builder.Configuration));
        if (functions.Any(UsesDurableTask)) DurableTaskSetup.Add(builder.Services, builder.Configuration, hostJson);
        if (functions.Any(function => function.Trigger is TimerTriggerAttribute)) AddTimers(builder.Services, builder.Configuration, hostJson);

        var app = builder.Build();
        try
        {
            CheckConstructors(functions, app.Services.GetRequiredService<IServiceProviderIsService>());
            app.Services.GetRequiredService<HttpFunctions>().Map(app, functions, hostJson.RoutePrefix);
            return app;
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    private static void AddFunctions(
        IServiceCollection services, IReadOnlyList<Function> functions, FunctionPipelineBuilder pipeline, HostJson hostJson)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(functions);
        services.AddSingleton(provider => new FunctionPipeline(pipeline.Build(), hostJson, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HttpFunctions>();
        services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        foreach (var type in functions.Where(function => !function.Method.IsStatic).Select(function => function.Method.DeclaringType!).Distinct())
            services.TryAddScoped(type);
    }

    private static void AddTimers(IServiceCollection services, IConfiguration configuration, HostJson hostJson)
    {
        var connectionString = PostgresConnection.Parse(configuration.GetConnectionString("Postgres")).ConnectionString;
        services.AddSingleton(_ => new TimerStore(connectionString, DurableTaskSetup.SchemaOf(hostJson)));
        services.AddHostedService<TimerService>();
    }

    private static bool UsesDurableTask(Function function) => function.Trigger is OrchestrationTriggerAttribute or ActivityTriggerAttribute
        || function.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(DurableTaskClient));

    private static void CheckConstructors(IReadOnlyList<Function> functions, IServiceProviderIsService services)
    {
        foreach (var function in functions.Where(function => !function.Method.IsStatic))
        {
            if (function.Method.DeclaringType!.GetConstructors() is not [var constructor]) continue;
            var missing = Array.Find(
                constructor.GetParameters(), parameter => !parameter.HasDefaultValue && !services.IsService(parameter.ParameterType));
            if (missing is null) continue;
            throw new HostFailure(
                $"Function '{function.Name}' cannot run: its class wants a {missing.ParameterType}, which is no service of the app.");
        }
    }

    // A request over the server's own limits gets an empty response before an app sees it. With a few times the defaults (8 KB, 32 KB,
    // 100), an app can have limits of its own and name them in its response.
    private static void RaiseServerLimits(KestrelServerOptions server)
    {
        server.Limits.MaxRequestLineSize = 64 * 1024;
        server.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        server.Limits.MaxRequestHeaderCount = 400;
    }
}
