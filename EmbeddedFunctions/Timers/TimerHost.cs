using System.Reflection;
using EmbeddedFunctions.Invocation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Timers;

/// <summary>Runs the application's timer functions for as long as the host runs.</summary>
internal sealed class TimerHost(
    FunctionCatalog catalog,
    FunctionPipeline pipeline,
    ITimerMonitor monitor,
    IConfiguration configuration,
    IServiceProvider services,
    TimeProvider timeProvider,
    ILoggerFactory loggers) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(catalog.Of(TriggerKind.Timer).Select(function => RunAsync(function, stoppingToken)));

    private async Task RunAsync(FunctionEntry function, CancellationToken stoppingToken)
    {
        await Task.Yield();
        var loop = new TimerLoop(
            function,
            TimerSchedules.Parse((TimerTriggerAttribute)function.Trigger, configuration),
            monitor,
            timeProvider,
            (timer, cancellationToken) => InvokeAsync(function, timer, cancellationToken),
            loggers.CreateLogger($"Function.{function.Name}"));
        try
        {
            await loop.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Runs the function; where it has a retry attribute, again while it fails.</summary>
    private async Task InvokeAsync(FunctionEntry function, TimerInfo timer, CancellationToken cancellationToken)
    {
        var retries = function.Method.GetCustomAttribute<RetryAttribute>() is { } attribute ? new RunRetries(attribute) : null;
        for (var retry = 0; ; retry++)
        {
            try
            {
                var attempt = retry == 0 ? null : retries!.ContextOf(retry);
                await pipeline.RunAsync(
                    token => new EmbeddedFunctionContext(function, services, token) { Timer = timer, Retry = attempt },
                    static _ => true,
                    cancellationToken);
                return;
            }
            catch (Exception exception) when (retry < (retries?.Count ?? 0) && !cancellationToken.IsCancellationRequested)
            {
                loggers.CreateLogger($"Function.{function.Name}").LogWarning(
                    exception, "Timer function '{Function}' failed; retry {Retry} follows", function.Name, retry + 1);
                await Task.Delay(retries!.DelayBefore(retry + 1), timeProvider, cancellationToken);
            }
        }
    }
}
