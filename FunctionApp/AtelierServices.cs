using Atelier.Access;
using Atelier.Campaigns;
using Atelier.Configuration;
using Atelier.Durable;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Images;
using Atelier.Notifications;
using Atelier.Operations;
using Atelier.Operations.Metrics;
using Atelier.Persistence;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Worker;

namespace Atelier;

/// <summary>The composition root, which every host of FunctionApp shares.</summary>
public static class AtelierServices
{
    /// <summary>Adds FunctionApp's middleware and services.</summary>
    /// <exception cref="StartException">A setting is unknown or malformed, or a function does not say who may call it.</exception>
    public static void AddAtelier(this IFunctionsWorkerApplicationBuilder builder, IConfiguration configuration)
    {
        KnownSettings.Check(configuration);
        Routes.Check(typeof(AtelierServices).Assembly.GetTypes());
        builder.UseMiddleware<ResponseMiddleware>();
        builder.UseMiddleware<ProblemMiddleware>();
        builder.UseMiddleware<CallerMiddleware>();

        // What is kept of a body that nobody reads, for each connection; both defaults are 1 MiB.
        builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBufferSize = RequestSize.MaxBuffered);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = RequestSize.MaxReceived);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IExceptionPropertiesProvider, ActivityFailureProperties>();
        builder.Services.AddSingleton<DurableCalls>();
        builder.Services.AddPersistence(configuration);
        builder.Services.AddImages(configuration);
        builder.Services.AddGeneration(configuration);
        builder.Services.AddAccess(configuration);
        builder.Services.AddCampaigns(configuration);
        builder.Services.AddNotifications(configuration);
        builder.Services.AddOperations(configuration);
        builder.Services.AddMetricsEndpoint();
    }

    /// <summary>Brings the database up to date, or checks that it is. Call it once, before the first invocation.</summary>
    /// <param name="services">Of the process.</param>
    /// <param name="otherConnections">The most connections to the app's database that the host itself opens. Default is none.</param>
    /// <exception cref="StartException">The database cannot be used.</exception>
    public static Task PrepareAsync(IServiceProvider services, int otherConnections = 0) => DatabaseMigrator.PrepareAsync(services, otherConnections);
}
