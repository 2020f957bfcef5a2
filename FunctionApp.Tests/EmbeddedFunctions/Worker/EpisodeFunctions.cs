using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

// Instance methods on purpose: how a function's object is made is what is tested.
#pragma warning disable CA1822

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>Orchestrators with middleware around them.</summary>
public sealed class EpisodeFunctions(ScopedService scoped, Journal journal)
{
    [Function("TwoSteps")]
    public async Task<string> TwoSteps([OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext function)
    {
        var first = EpisodeOf(function);
        await context.CallActivityAsync<string>("Repeat", "x");
        var second = EpisodeOf(function);
        await context.WaitForExternalEvent<string>("go");
        return $"{first} {second} {EpisodeOf(function)}";
    }

    [Function("FailsLate")]
    public async Task<string> FailsLate([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<string>("Repeat", "x");
        throw new OverflowException("too much");
    }

    [Function("Forgets")]
    public string Forgets([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        _ = context.WaitForExternalEvent<string>("never");
        _ = context.CallActivityAsync<string>("Repeat", "x");
        return "returned";
    }

    [Function("Scopes")]
    public async Task<string> Scopes([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.WaitForExternalEvent<string>("go");
        return $"{scoped.Id}";
    }

    [Function("Repeat")]
    public string Repeat([ActivityTrigger] string word)
    {
        journal.Lines.Enqueue("activity");
        return word;
    }

    private static object EpisodeOf(FunctionContext function) => function.Items["episode"];
}

/// <summary>Writes down each episode of each orchestrator.</summary>
public sealed class EpisodeWitness(Journal journal) : IFunctionsWorkerMiddleware
{
    private int _episodes;

    public ConcurrentQueue<string> Invocations { get; } = new();

    public ConcurrentQueue<WeakReference> Kept { get; } = new();

    public ConcurrentQueue<Guid> Scopes { get; } = new();

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.FunctionDefinition.InputBindings.Values.First().Type != "orchestrationTrigger")
        {
            await next(context);
            return;
        }

        var kept = new object();
        Kept.Enqueue(new WeakReference(kept));
        Invocations.Enqueue(context.InvocationId);
        Scopes.Enqueue(context.InstanceServices.GetRequiredService<ScopedService>().Id);
        context.Items["episode"] = Interlocked.Increment(ref _episodes);
        journal.Lines.Enqueue("before");
        try
        {
            await next(context);
            journal.Lines.Enqueue($"after {context.GetInvocationResult().Value}");
        }
        catch (Exception exception)
        {
            journal.Lines.Enqueue($"{exception.GetType().FullName} {exception.Message}");
            throw;
        }
        finally
        {
            GC.KeepAlive(kept);
        }
    }
}
