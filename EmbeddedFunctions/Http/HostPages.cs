using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Http;

/// <summary>What the host itself answers, where the app has no function at that path.</summary>
internal static class HostPages
{
    private const string Home =
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>EmbeddedFunctions</title></head>"
        + "<body><h1>Your functions are running</h1></body></html>\n";

    // As on the official host: "true" in whatever case, and nothing else.
    private const string DisableHome = "AzureWebJobsDisableHomepage";

    public static void Map(IEndpointRouteBuilder routes, HostKeys keys, IConfiguration configuration) => routes.DataSources.Add(new DefaultEndpointDataSource(
    [
        Last("/", ["GET"], http =>
        {
            if (string.Equals(configuration[DisableHome], bool.TrueString, StringComparison.OrdinalIgnoreCase))
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }

            http.Response.ContentType = "text/html; charset=utf-8";
            return http.Response.WriteAsync(Home, http.RequestAborted);
        }),
        Last("/admin/{**path}", [], http =>
        {
            // There is nothing behind it, which is no business of one who has no master key.
            http.Response.StatusCode = keys.AllowAdmin(http.Request) ? StatusCodes.Status404NotFound : StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }),
    ]));

    private static Endpoint Last(string template, string[] methods, RequestDelegate handle)
    {
        var builder = new RouteEndpointBuilder(handle, RoutePatternFactory.Parse(template), order: int.MaxValue) { DisplayName = template };
        builder.Metadata.Add(new FunctionMethods(methods));
        return builder.Build();
    }
}
