using Atelier.Access.ApiKeys;
using Atelier.Configuration;
using Atelier.Operations;
using Atelier.Persistence;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Atelier;

/// <summary>Starts FunctionApp on the Azure Functions host, or runs one of its commands.</summary>
internal static class Program
{
    internal static async Task<int> Main(string[] args)
    {
        try
        {
            if (KeysCommand.Matches(args))
                return await KeysCommand.RunAsync(args, FunctionsApplication.CreateBuilder([]).Configuration);
            if (args is ["migrate"])
            {
                await using var services =
                    new ServiceCollection().AddPersistence(FunctionsApplication.CreateBuilder([]).Configuration).BuildServiceProvider();
                await DatabaseMigrator.MigrateAsync(services);
                return 0;
            }

            var builder = FunctionsApplication.CreateBuilder(args);
            builder.ConfigureFunctionsWebApplication();
            builder.AddAtelier(builder.Configuration);
            HostWatch.Add(builder.Services);

            using var host = builder.Build();
            await AtelierServices.PrepareAsync(host.Services);
            await host.RunAsync();
            return 0;
        }
        catch (StartException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
