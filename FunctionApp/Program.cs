using Atelier.Access;
using Atelier.Access.ApiKeys;
using Atelier.Campaigns;
using Atelier.Generation;
using Atelier.Http;
using Atelier.Images;
using Atelier.Notifications;
using Atelier.Operations;
using Atelier.Operations.Metrics;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Atelier;

/// <summary>The composition root: what there is and how it fits together.</summary>
internal static class Program
{
    internal static async Task<int> Main(string[] args)
    {
        try
        {
            if (KeysCommand.IsMeant(args))
                return await KeysCommand.RunAsync(args, FunctionsApplication.CreateBuilder([]).Configuration);

            FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
            builder.ConfigureFunctionsWebApplication();
            builder.UseMiddleware<AnswerMiddleware>();
            builder.UseMiddleware<ProblemMiddleware>();

            builder.Services.AddSingleton(TimeProvider.System);
            builder.Services.AddPersistence(builder.Configuration);
            builder.Services.AddImages(builder.Configuration);
            builder.Services.AddGeneration(builder.Configuration);
            builder.Services.AddAccess(builder.Configuration);
            builder.Services.AddCampaigns(builder.Configuration);
            builder.Services.AddNotifications(builder.Configuration);
            builder.Services.AddOperations(builder.Configuration);
            builder.Services.AddMetricsEndpoint();

            using IHost host = builder.Build();
            await DatabaseMigrator.MigrateAsync(host.Services);
            await host.RunAsync();
            return 0;
        }
        catch (SettingException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
