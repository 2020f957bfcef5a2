using System.Diagnostics;
using EmbeddedFunctions.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Http;

/// <summary>HTTP functions on ASP.NET Core's routing, answering as the official host does where that differs from ASP.NET Core.</summary>
internal sealed class HttpFunctions(FunctionCatalog catalog, HostJson host, FunctionKeys keys, ILogger<HttpFunctions> logger)
{
    /// <summary>The name that ASP.NET Core gives to the endpoint which stands for "other methods only".</summary>
    private const string WrongMethodEndpoint = "405 HTTP Method Not Supported";

    public void Map(WebApplication app)
    {
        app.UseRouting();
        app.Use(static (http, next) =>
        {
            // A wrong method is a 404 on the official host, without an Allow header.
            if (http.GetEndpoint()?.DisplayName == WrongMethodEndpoint)
            {
                http.SetEndpoint(null);
            }

            return next(http);
        });
        foreach (var function in catalog.All.Where(f => f.Trigger is HttpTriggerAttribute))
        {
            WarnOfUnwrittenResult(function);
            var template = HttpRoutes.TemplateOf(function, host);
            var methods = HttpRoutes.MethodsOf(function);
            RequestDelegate handler = http => HandleAsync(function, http);
            _ = methods.Length > 0 ? app.MapMethods(template, methods, handler) : app.Map(template, handler);
        }
    }

    private async Task HandleAsync(FunctionDescriptor function, HttpContext http)
    {
        if (!keys.Allow(((HttpTriggerAttribute)function.Trigger).AuthLevel, http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            var result = await catalog.RunAsync(
                function,
                http.Request,
                http,
                () => BindingData(http),
                Activity.Current?.Id ?? http.Request.Headers.TraceParent.FirstOrDefault(),
                http.RequestAborted);
            await WriteAsync(function, result, http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug("The caller of function {Function} has gone", function.Name);
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "Function {Function} failed: the answer is an empty 500", function.Name);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private async Task WriteAsync(FunctionDescriptor function, object? result, HttpContext http)
    {
        switch (result)
        {
            case IResult written:
                await written.ExecuteAsync(http);
                break;
            case IActionResult action:
                await action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                break;
            case not null:
                logger.LogWarning(
                    "Function {Function} returned a {Type}, which is not written: return an IResult or an IActionResult",
                    function.Name,
                    result.GetType());
                break;
            default:
                break;
        }
    }

    private void WarnOfUnwrittenResult(FunctionDescriptor function)
    {
        var type = function.Call.ResultType;
        if (type != typeof(void) && type != typeof(object) && !typeof(IResult).IsAssignableFrom(type) && !typeof(IActionResult).IsAssignableFrom(type))
        {
            logger.LogWarning(
                "Function {Function} returns {Type}, which is never written to the response: return an IResult or an IActionResult",
                function.Name,
                type);
        }
    }

    private static Dictionary<string, object?> BindingData(HttpContext http)
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Headers"] = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            ["Query"] = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        foreach (var (name, value) in http.Request.Query)
        {
            data[name] = value.ToString();
        }

        foreach (var (name, value) in http.Request.RouteValues)
        {
            data[name] = value;
        }

        return data;
    }
}
