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

    private Task<bool> InvokeAsync(FunctionEntry function, TimerInfo timer, CancellationToken cancellationToken) => pipeline.RunAsync(
        token => new EmbeddedFunctionContext(function, services, token) { Timer = timer },
        static _ => true,
        cancellationToken);
}
