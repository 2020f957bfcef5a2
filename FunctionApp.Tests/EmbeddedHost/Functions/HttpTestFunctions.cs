using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionApp.Tests.EmbeddedHost.Functions;

/// <summary>HTTP functions with every kind of route.</summary>
public static class HttpTestFunctions
{
    public static ConcurrentDictionary<string, TaskCompletionSource> Left { get; } = new();

    [Function("Nothing")]
    public static Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Task.CompletedTask;

    [Function("Json")]
    public static IResult Json([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok(new { Name = "a" });

    [Function("WritesItself")]
    public static async Task<IResult> WritesItself([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.StatusCode = 207;
        await request.HttpContext.Response.WriteAsync("own");
        return Results.Empty;
    }

    [Function("Throws")]
    public static IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["x-half"] = "done";
        throw new InvalidOperationException("secret");
    }

    [Function("ResultThrows")]
    public static IResult ResultThrows([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        Results.Stream(_ => throw new InvalidOperationException("secret"));

    [Function("Item")]
    public static IResult Item([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Items/{key}")] HttpRequest request, string key) =>
        Results.Text($"item {key}");

    [Function("Special")]
    public static IResult Special([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/special")] HttpRequest request) => Results.Text("special");

    [Function("Numbered")]
    public static IResult Numbered([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbered/{n:int}")] HttpRequest request, int n) =>
        Results.Text($"{n + 1}");

    [Function("Optional")]
    public static IResult Optional(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{a=one}/{b?}")] HttpRequest request, string a, string? b) =>
        Results.Text($"{a},{b ?? "none"}");

    [Function("CatchAll")]
    public static IResult CatchAll([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "all/{*rest}")] HttpRequest request, string? rest) =>
        Results.Text(rest ?? "none");

    [Function("Typed")]
    public static IResult Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{i}/{l}/{b}/{g}")] HttpRequest request, int i, long l, bool b, Guid g) =>
        Results.Text($"{i} {l} {b} {g}");

    [Function("SharedGet")]
    public static IResult SharedGet([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared/one")] HttpRequest request) => Results.Text("got");

    [Function("SharedPost")]
    public static IResult SharedPost([HttpTrigger(AuthorizationLevel.Anonymous, "POST", Route = "shared/one")] HttpRequest request) => Results.Text("posted");

    [Function("Rest")]
    public static IResult Rest([HttpTrigger(AuthorizationLevel.Anonymous, Route = "shared/{*rest}")] HttpRequest request) => Results.Text(request.Method);

    [Function("Streams")]
    public static async Task<IResult> Streams(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "streams/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.ContentType = "text/event-stream";
        await request.HttpContext.Response.WriteAsync("data: first\n\n", cancellationToken);
        await request.HttpContext.Response.Body.FlushAsync(cancellationToken);
        var left = Left.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using (cancellationToken.Register(left.SetResult)) await left.Task;
        return Results.Empty;
    }

    [Function("Lingers")]
    public static async Task<IResult> Lingers([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return Results.Ok();
    }
}

/// <summary>A class with services.</summary>
public sealed class ScopedHttp(ScopedService scoped)
{
    [Function("Scope")]
    public IResult Scope([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        Results.Text($"{ReferenceEquals(scoped, request.HttpContext.RequestServices.GetService(typeof(ScopedService)))}");
}

/// <summary>An app with a function at its root.</summary>
public static class RootHttp
{
    [Function("Root")]
    public static IResult Root([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{nothing:maxlength(0)?}")] HttpRequest request) => Results.Text("root");
}
