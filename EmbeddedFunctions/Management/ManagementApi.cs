using EmbeddedFunctions.Engine;
using EmbeddedFunctions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Management;

/// <summary>The durable extension's HTTP API, at the official paths, behind the system key.</summary>
internal static class ManagementApi
{
    private const string Instance = $"{ManagementAddresses.Path}/instances/{{instanceId}}";

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var queries = ActivatorUtilities.CreateInstance<ManagementQueries>(services);
        var commands = ActivatorUtilities.CreateInstance<ManagementCommands>(services, queries);
        var keys = services.GetRequiredService<HostKeys>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("EmbeddedFunctions.Management");
        routes.DataSources.Add(new DefaultEndpointDataSource(
        [
            Endpoint("GET", $"{ManagementAddresses.Path}/instances", queries.ListAsync),
            Endpoint("GET", Instance, queries.StatusAsync),
            Endpoint("DELETE", $"{ManagementAddresses.Path}/instances", commands.PurgeAllAsync),
            Endpoint("DELETE", Instance, commands.PurgeAsync),
            Endpoint("POST", $"{Instance}/raiseEvent/{{eventName}}", commands.RaiseEventAsync),
            Endpoint("POST", $"{Instance}/terminate", commands.TerminateAsync),
            Endpoint("POST", $"{Instance}/suspend", commands.SuspendAsync),
            Endpoint("POST", $"{Instance}/resume", commands.ResumeAsync),
            Endpoint("POST", $"{Instance}/rewind", commands.RewindAsync),
            Endpoint("POST", $"{Instance}/restart", commands.RestartAsync),
            Endpoint("POST", $"{ManagementAddresses.Path}/orchestrators/{{functionName}}/{{instanceId?}}", commands.StartAsync),

            // Whether there is anything at a path is no business of one who has no key.
            .. Enumerable.Select(["GET", "POST", "DELETE"], method => Endpoint(method, $"{ManagementAddresses.Path}/{{**path}}", NothingThere)),
        ]));

        Endpoint Endpoint(string method, string template, RequestDelegate handle)
        {
            var builder = new RouteEndpointBuilder(http => GuardAsync(http, handle, keys, logger), RoutePatternFactory.Parse(template), order: 0)
            {
                DisplayName = $"{method} {template}",
            };
            builder.Metadata.Add(new FunctionMethods([method]));
            return builder.Build();
        }
    }

    private static Task NothingThere(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task GuardAsync(HttpContext http, RequestDelegate handle, HostKeys keys, ILogger logger)
    {
        if (!keys.AllowManagement(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }

        try
        {
            await handle(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (ArgumentException exception)
        {
            await ManagementAnswer.ErrorAsync(
                http, StatusCodes.Status400BadRequest, "One or more of the arguments submitted is incorrect", exception);
        }
        catch (TaskHubUnavailableException exception)
        {
            await ManagementAnswer.ErrorAsync(http, StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            logger.LogError(exception, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            await ManagementAnswer.ErrorAsync(
                http, StatusCodes.Status500InternalServerError, "Something went wrong while processing your request", exception);
        }
    }
}
