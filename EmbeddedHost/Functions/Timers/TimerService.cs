using Microsoft.Azure.Functions.Worker;

namespace EmbeddedHost.Functions.Timers;

/// <summary>Runs the timer functions: of all nodes that share a task hub, one runs each occurrence.</summary>
internal sealed class TimerService(
    IReadOnlyList<Function> functions,
    FunctionPipeline pipeline,
    TimerStore store,
    IConfiguration configuration,
    IServiceScopeFactory scopes,
    TimeProvider timeProvider,
    ILoggerFactory loggers) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(functions
        .Where(function => function.Trigger is TimerTriggerAttribute)
        .Select(function => RunAsync(function, stoppingToken)));

    private async Task RunAsync(Function function, CancellationToken stoppingToken)
    {
        await Task.Yield();
        var loop = new TimerLoop(
            function.Name,
            new TimerSchedule((TimerTriggerAttribute)function.Trigger, configuration),
            store,
            timer => InvokeAsync(function, timer, stoppingToken),
            timeProvider,
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

    private async Task InvokeAsync(Function function, TimerInfo timer, CancellationToken stoppingToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await pipeline.RunAsync(
            token => new FunctionInvocation(function, scope.ServiceProvider, token) { Call = function.CallAsync, Input = timer },
            stoppingToken);
    }
}
