using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedHost.Functions.Http;

/// <summary>Makes an ASP.NET Core endpoint of each HTTP function.</summary>
internal sealed class HttpFunctions : IDisposable
{
    /// <summary>How long a stop lets requests go on before their tokens are canceled.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    private readonly FunctionPipeline _pipeline;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stopping = new();

    public HttpFunctions(FunctionPipeline pipeline, ILoggerFactory loggers, IHostApplicationLifetime lifetime)
    {
        _pipeline = pipeline;
        _loggers = loggers;
        lifetime.ApplicationStopping.Register(() => _stopping.CancelAfter(Drain));
    }

    /// <summary>Puts the functions on their routes.</summary>
    /// <exception cref="HostFailure">A route has a constraint that does not exist.</exception>
    public void Map(IEndpointRouteBuilder app, IReadOnlyList<Function> functions, string prefix)
    {
        var policies = app.ServiceProvider.GetRequiredService<ParameterPolicyFactory>();
        List<Endpoint> endpoints = [];
        foreach (var function in functions.Where(function => function.Trigger is HttpTriggerAttribute))
        {
            var pattern = RoutePatternFactory.Parse(HttpRoute.TemplateOf(function, prefix));
            CheckConstraints(function, pattern, policies);
            endpoints.Add(Build(function, pattern, app.ServiceProvider));
        }

        app.DataSources.Add(new DefaultEndpointDataSource(endpoints));

        // For a method that no function at this path takes, the official host gives 404 where ASP.NET Core would give 405.
        app.Map("{**path}", static http =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }).WithOrder(int.MaxValue);
    }

    public void Dispose() => _stopping.Dispose();

    private static void CheckConstraints(Function function, RoutePattern pattern, ParameterPolicyFactory policies)
    {
        foreach (var parameter in pattern.Parameters)
        {
            foreach (var policy in parameter.ParameterPolicies)
            {
                try
                {
                    policies.Create(parameter, policy);
                }
                catch (Exception exception)
                {
                    // A constraint's own constructor may throw anything.
                    throw new HostFailure(
                        $"Function '{function.Name}' cannot run: constraint '{policy.Content}' of its route is not valid: {exception.Message}",
                        exception);
                }
            }
        }
    }

    private Endpoint Build(Function function, RoutePattern pattern, IServiceProvider services)
    {
        var builder = new RouteEndpointBuilder(null, pattern, order: 0) { DisplayName = function.Name };
        builder.FilterFactories.Add((_, next) => call => RunAsync(function, next, call));
        var bound = RequestDelegateFactory.Create(
            function.Method,
            function.Method.IsStatic ? null : http => function.GetTarget(http.RequestServices)!,
            new RequestDelegateFactoryOptions
            {
                ServiceProvider = services,
                RouteParameterNames = pattern.Parameters.Select(parameter => parameter.Name),
                EndpointBuilder = builder,
                ThrowOnBadRequest = true,
            }).RequestDelegate;
        builder.RequestDelegate = http => RespondAsync(function, bound, http);
        if (((HttpTriggerAttribute)function.Trigger).Methods is { Length: > 0 } methods) builder.Metadata.Add(new HttpMethodMetadata(methods));
        return builder.Build();
    }

    /// <summary>Runs the function, whose arguments are bound, inside the app's middleware. As on the official host its result is written after both.</summary>
    private async ValueTask<object?> RunAsync(Function function, EndpointFilterDelegate next, EndpointFilterInvocationContext call)
    {
        var http = call.HttpContext;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        var result = await _pipeline.RunAsync(
            token =>
            {
                for (var i = 0; i < call.Arguments.Count; i++)
                {
                    if (call.Arguments[i] is CancellationToken) call.Arguments[i] = token;
                }

                return new FunctionInvocation(function, http.RequestServices, token) { Call = _ => next(call).AsTask(), HttpContext = http };
            },
            cancellation.Token);
        return result ?? Results.Empty;
    }

    private async Task RespondAsync(Function function, RequestDelegate next, HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception exception)
        {
            // For any exception of a function: the caller gets an empty 500, and the exception is logged.
            var logger = _loggers.CreateLogger($"Function.{function.Name}");
            var level = http.RequestAborted.IsCancellationRequested ? LogLevel.Debug : LogLevel.Error;
            logger.Log(level, exception, "Function '{Function}' failed", function.Name);

            // A caller must not mistake a part of the response for the whole.
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
