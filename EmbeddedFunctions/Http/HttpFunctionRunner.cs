using System.Net;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Http;

/// <summary>Answers a request with an HTTP function, as the official host does.</summary>
internal sealed class HttpFunctionRunner : IDisposable
{
    private const string InvocationIdHeader = "x-ms-invocation-id";

    private static readonly string[] Claims = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"];

    /// <summary>How long a stop lets requests go on before their tokens are cancelled.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    private readonly FunctionPipeline _pipeline;
    private readonly HostKeys _keys;
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenRegistration _onStopping;

    public HttpFunctionRunner(
        FunctionPipeline pipeline,
        HostKeys keys,
        IServiceProvider services,
        ILoggerFactory loggers,
        IHostApplicationLifetime lifetime,
        TimeProvider timeProvider)
    {
        _pipeline = pipeline;
        _keys = keys;
        _services = services;
        _loggers = loggers;
        _stopping = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _onStopping = lifetime.ApplicationStopping.Register(() => _stopping.CancelAfter(Drain));
    }

    public async Task RunAsync(FunctionEntry function, AuthorizationLevel level, HttpContext http)
    {
        if (!_keys.Allow(http.Request, level, function.Name))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        EmbeddedFunctionContext? context = null;
        try
        {
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
            await _pipeline.RunAsync(
                token =>
                {
                    context = new EmbeddedFunctionContext(function, _services, token) { HttpContext = http, Finish = WriteResultAsync };
                    AddHostHeaders(http, context.InvocationId);
                    http.Features.Set<IServiceProvidersFeature>(new InvocationServices(context));
                    return context;
                },
                static _ => true,
                cancellation.Token);
        }
        catch (Exception exception)
        {
            // Whatever a function throws: its caller gets an empty 500, and its author the log.
            await FailAsync(function, http, context, exception);
        }
    }

    public void Dispose()
    {
        _onStopping.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What the official host adds to a request on its way to the function.</summary>
    private static void AddHostHeaders(HttpContext http, string invocationId)
    {
        var headers = http.Request.Headers;

        // The official host sets these itself and takes them away again: what a caller claims of others never reaches a function.
        foreach (var claim in Claims) headers.Remove(claim);
        headers[InvocationIdHeader] = invocationId;
        headers["x-original-proto"] = http.Request.Scheme;
        headers["x-original-host"] = http.Request.Host.Value;
        if (http.Connection.RemoteIpAddress is { } caller)
        {
            headers["x-original-for"] = new IPEndPoint(caller, http.Connection.RemotePort).ToString();
        }
    }

    /// <summary>Writes what the function returned while the invocation's services are still there: results may use them as they are written.</summary>
    private async Task WriteResultAsync(EmbeddedFunctionContext context)
    {
        var http = context.HttpContext!;
        var result = context.ReturnValue ?? Output(context);
        if (await HttpResults.WriteAsync(http, result)) return;
        LoggerOf(context.Function).LogWarning(
            "Function '{Function}' returned a {Type}, which is not written: the caller gets {Status} with what the function wrote "
            + "itself. Return an IActionResult or an IResult.",
            context.Function.Name,
            result!.GetType(),
            http.Response.StatusCode);
    }

    private static object? Output(EmbeddedFunctionContext context) =>
        context.Outputs is { } outputs && context.Function.HttpProperty is { } property ? outputs.GetValueOrDefault(property.Name) : null;

    private async Task FailAsync(FunctionEntry function, HttpContext http, EmbeddedFunctionContext? context, Exception exception)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            LoggerOf(function).LogDebug(exception, "Function '{Function}' failed after its caller had gone", function.Name);
            return;
        }

        LoggerOf(function).LogError(exception, "Function '{Function}' failed", function.Name);
        if (http.Response.HasStarted)
        {
            // The caller must not take what was sent so far for the whole.
            http.Abort();
        }
        else
        {
            if (context is { HasRequestData: true }) context.RequestData!.DiscardResponse();
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        if (exception is FunctionTimeoutException { Remaining.IsCompleted: false } timeout)
        {
            // The server uses the request's objects again once this method ends: not while the function may still touch them.
            if (!http.Response.HasStarted) await http.Response.CompleteAsync();
            await timeout.Remaining.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private ILogger LoggerOf(FunctionEntry function) => _loggers.CreateLogger($"Function.{function.Name}");
}
