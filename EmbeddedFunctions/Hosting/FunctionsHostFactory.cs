using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Invocation;
using EmbeddedFunctions.Management;
using EmbeddedFunctions.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EmbeddedFunctions;

/// <summary>Makes the host of a function app: its functions, and the services and routes that they need.</summary>
internal static class FunctionsHostFactory
{
    public static WebApplication Build(
        WebApplicationBuilder builder,
        HostJson hostJson,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        bool isWebApplication)
    {
        var options = EmbeddedFunctionsOptions.From(builder.Services);
        var catalog = new FunctionScanner(hostJson, builder.Configuration, InputConverters.Any(builder.Services)).Scan(options, out var found);
        var problems = new List<string>(found);
        if (!isWebApplication) WebFunctions.CheckUnused(catalog, problems);
        AddServices(builder.Services, builder.Configuration, catalog, hostJson, middleware, options.UseEngine);
        if (!isWebApplication) builder.WebHost.ConfigureKestrel(HostSetup.AllowSynchronousBodies);
        HostSetup.Listen(builder);

        var app = builder.Build();
        try
        {
            FunctionEndpoints.Check(catalog, hostJson, app.Services.GetRequiredService<ParameterPolicyFactory>(), problems);
            FunctionClasses.Check(catalog, app.Services, problems);
            if (problems.Count > 0) throw new FunctionsStartupException(problems);
            Warn(app.Services, catalog);
            FunctionEndpoints.Map(app, catalog, hostJson, app.Services.GetRequiredService<HttpFunctionRunner>());
            if (catalog.UsesDurable && app.Services.GetService<DurableTaskClient>() is not null) ManagementApi.Map(app, app.Services);
            HostPages.Map(app, app.Services.GetRequiredService<HostKeys>(), app.Configuration);
            return app;
        }
        catch
        {
            // Nothing was started; what the services hold is let go of.
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    private static void AddServices(
        IServiceCollection services,
        IConfiguration configuration,
        FunctionCatalog catalog,
        HostJson hostJson,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        bool useEngine)
    {
        services.AddRouting();
        AddResults(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionMatcherPolicy>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(hostJson);
        services.AddSingleton(catalog);
        services.AddSingleton(provider => new FunctionPipeline(
            middleware,
            hostJson,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FunctionPipeline>>()));
        services.AddSingleton<InputConverters>();
        services.AddSingleton<HostKeys>();
        services.AddSingleton<HttpFunctionRunner>();
        services.AddSingleton<ManagementAddresses>();
        services.AddSingleton<DurableHttp>();
        services.AddSingleton<IDurableFunctions, DurableFunctions>();
        if (useEngine && catalog.UsesDurable) EngineRegistration.Add(services);
        if (catalog.Of(TriggerKind.Timer).Any())
        {
            AddTimerMonitor(services, configuration, useEngine && catalog.UsesDurable);
            services.AddHostedService<TimerHost>();
        }
    }

    /// <summary>What writes an <see cref="IActionResult"/>, without what chooses among controllers: an app that has some adds MVC itself.</summary>
    private static void AddResults(IServiceCollection services)
    {
        var hasMvc = services.Any(service => service.ServiceType == typeof(ApplicationPartManager));
        services.AddMvcCore();
        if (hasMvc) return;
        foreach (var policy in services.Where(IsOfMvc).ToList()) services.Remove(policy);

        static bool IsOfMvc(ServiceDescriptor service) =>
            service.ServiceType == typeof(MatcherPolicy) && service.ImplementationType?.Assembly == typeof(ApplicationPartManager).Assembly;
    }

    /// <summary>An app of timers alone may do without a database; where there is one, its nodes share their timers by it.</summary>
    private static void AddTimerMonitor(IServiceCollection services, IConfiguration configuration, bool hasEngine)
    {
        if (hasEngine)
        {
            services.TryAddSingleton<ITimerMonitor, PostgresTimerMonitor>();
        }
        else if (EngineSettings.HasDatabase(configuration))
        {
            services.TryAddSingleton<ITimerMonitor>(provider => new PostgresTimerMonitor(
                EngineSettings.Read(configuration, provider.GetRequiredService<HostJson>().DurableTask)));
        }
        else
        {
            services.TryAddSingleton<ITimerMonitor, InMemoryTimerMonitor>();
        }
    }

    private static void Warn(IServiceProvider services, FunctionCatalog catalog)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("EmbeddedFunctions.Startup");
        foreach (var warning in catalog.Warnings) logger.LogWarning("{Warning}", warning);
        services.GetRequiredService<HostKeys>().Warn(catalog, logger);
        if (catalog.UsesDurable && services.GetRequiredService<IOptions<WorkerOptions>>().Value.HasOwnJson)
        {
            logger.LogWarning(
                "The configured serializer is not used for the data of orchestrations and activities, as it would be on the official host: "
                + "that stays as System.Text.Json writes it by default.");
        }

        if (catalog.Functions.Count == 0) logger.LogWarning("No functions were found.");
        logger.LogInformation("Functions: {Functions}", string.Join(", ", catalog.Functions.Select(function => function.Name)));
    }
}
