using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

/// <summary>What happened, in order.</summary>
public sealed class Journal
{
    public ConcurrentQueue<string> Lines { get; } = new();
}

public sealed class ScopedService(Journal journal) : IDisposable
{
    public Guid Id { get; } = Guid.NewGuid();

    public void Dispose() => journal.Lines.Enqueue("disposed");
}

public sealed class Activities(ScopedService scoped, Journal journal)
{
    [Function("Scoped")]
    public string Scoped([ActivityTrigger] string? input, FunctionContext context)
    {
        journal.Lines.Enqueue("ran");
        return $"{ReferenceEquals(scoped, context.InstanceServices.GetRequiredService<ScopedService>())} {scoped.Id}";
    }

    [Function("Bound")]
    public string Bound(
        [ActivityTrigger] Input input, string instanceId, string name, int count, FunctionContext context, CancellationToken cancellationToken)
    {
        var data = context.BindingContext.BindingData;
        return $"{input.Name} {instanceId} {name} {count} {cancellationToken == context.CancellationToken} "
            + $"{data.ContainsKey("data")} {data["instanceId"]} {data.ContainsKey("input")} {context.RetryContext is null}";
    }

    [Function("OnlyContext")]
    public string OnlyContext([ActivityTrigger] FunctionContext context) => context.FunctionDefinition.Name;

    [Function("Echo")]
    public string Echo([ActivityTrigger] string? input) => input is null ? "null" : $"'{input}'";

    [Function("Nothing")]
    public void Nothing([ActivityTrigger] string? input) => journal.Lines.Enqueue("nothing");

    [Function("Shapes")]
    public List<Shape> Shapes([ActivityTrigger] string? input) => [new Circle { Name = "c", Radius = 2 }];

    [Function("Whole")]
    public Holder Whole([ActivityTrigger] string? input) =>
        new() { Declared = new Circle { Name = "c", Radius = 2 }, Anything = new Circle { Name = "c", Radius = 2 }, Nothing = null };

    [Function("Refuses")]
    public string Refuses([ActivityTrigger] string? input) => throw new NotSupportedException("no");

    [Function("Lingers")]
    public async Task<string> Lingers([ActivityTrigger] string? input, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return "never";
    }

    public sealed record Input(string Name, int Count);

    public class Shape
    {
        public string? Name { get; set; }
    }

    public sealed class Circle : Shape
    {
        public int Radius { get; set; }
    }

    public sealed class Holder
    {
        public Shape? Declared { get; set; }

        public object? Anything { get; set; }

        public string? Nothing { get; set; }
    }
}

public static class RefusingHttp
{
    [Function("RefusesHttp")]
    public static IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => throw new NotSupportedException("no");
}

public sealed class First(Journal journal) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        journal.Lines.Enqueue("first before");
        await next(context);
        journal.Lines.Enqueue("first after");
    }
}

public sealed class Second(Journal journal) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        journal.Lines.Enqueue("second before");
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            journal.Lines.Enqueue($"{exception.GetType().Name} {exception.Message}");
            throw;
        }

        journal.Lines.Enqueue("second after");
    }
}

/// <summary>An app that is wrong in every way.</summary>
public static class Mistaken
{
    [Function("Twice")]
    public static void TwiceA([ActivityTrigger] string input) => _ = input;

    [Function("Twice")]
    public static void TwiceB([ActivityTrigger] string input) => _ = input;

    [Function("RouteA")]
    public static void RouteA([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same/{a}")] HttpRequest request) => _ = request;

    [Function("RouteB")]
    public static void RouteB([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same/{b}")] HttpRequest request) => _ = request;

    [Function("BadRoute")]
    public static void BadRoute([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bad/{")] HttpRequest request) => _ = request;

    [Function("BadTimer")]
    public static void BadTimer([TimerTrigger("99 * * * * *")] TimerInfo timer) => _ = timer;

    [Function("BadParameter")]
    public static void BadParameter([OrchestrationTrigger] TaskOrchestrationContext context, Action what) => _ = (context, what);

    [Function("BadClient")]
    public static void BadClient([ActivityTrigger] string input, [DurableClient] HttpClient client) => _ = (input, client);

    [Function("NoTrigger")]
    public static void NoTrigger(string input) => _ = input;
}

public sealed class Unregistered(DurableTaskClient client, Uri unregistered)
{
    [Function("WantsAService")]
    public string Run([ActivityTrigger] string input) => $"{client}{unregistered}{input}";
}

public static class TellsNothing
{
    [Function("TellsNothing")]
    public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "unread";
}
