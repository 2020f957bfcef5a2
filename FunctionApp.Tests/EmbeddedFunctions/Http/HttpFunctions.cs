using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace FunctionApp.Tests.EmbeddedFunctions.Http;

/// <summary>Functions that answer in every way there is.</summary>
public static class HttpFunctions
{
    public enum Color
    {
        Red,
        Green,
    }

    public static ConcurrentDictionary<string, TaskCompletionSource> Aborted { get; } = new();

    [Function("ReturnsText")]
    public static string ReturnsText([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "text";

    [Function("ReturnsNumber")]
    public static int ReturnsNumber([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => 5;

    [Function("ReturnsRecord")]
    public static Body ReturnsRecord([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new("a", 1, Color.Green);

    [Function("ReturnsNull")]
    public static Body? ReturnsNull([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => null;

    [Function("ReturnsNothing")]
    public static Task ReturnsNothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Task.CompletedTask;

    [Function("OkText")]
    public static IActionResult OkText([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult("text");

    [Function("OkNull")]
    public static IActionResult OkNull([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new OkObjectResult(null);

    [Function("OkRecord")]
    public static IActionResult OkRecord([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        new OkObjectResult(new Body("a", 1, Color.Green));

    [Function("TypedRecord")]
    public static IResult TypedRecord([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        Results.Ok(new Body("a", 1, Color.Green));

    [Function("NoContent")]
    public static IActionResult NoContent([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => new StatusCodeResult(418);

    [Function("WritesItself")]
    public static async Task<IActionResult> WritesItself([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.StatusCode = 207;
        request.HttpContext.Response.Headers["x-own"] = "yes";
        await request.HttpContext.Response.WriteAsync("own");
        return new EmptyResult();
    }

    [Function("Throws")]
    public static IActionResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["x-half"] = "done";
        throw new InvalidOperationException("secret");
    }

    [Function("Item")]
    public static IActionResult Item(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Items/{key}")] HttpRequest request, string key) => new OkObjectResult($"item {key}");

    [Function("Special")]
    public static IActionResult Special([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/special")] HttpRequest request) =>
        new OkObjectResult("special");

    [Function("Numbered")]
    public static IActionResult Numbered(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbered/{n:int}")] HttpRequest request, int n) => new OkObjectResult($"{n + 1}");

    [Function("Optional")]
    public static IActionResult Optional(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{a=one}/{b?}")] HttpRequest request, string a, string? b) =>
        new OkObjectResult($"{a},{b ?? "none"}");

    [Function("CatchAll")]
    public static IActionResult CatchAll(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "all/{*rest}")] HttpRequest request, string? rest) =>
        new OkObjectResult(rest ?? "none");

    [Function("Typed")]
    public static IActionResult Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{i}/{l}/{b}/{g}")] HttpRequest request, int i, long l, bool b, Guid g) =>
        new OkObjectResult($"{i} {l} {b} {g}");

    [Function("SharedGet")]
    public static IActionResult SharedGet([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "shared")] HttpRequest request) =>
        new OkObjectResult("got");

    [Function("SharedPost")]
    public static IActionResult SharedPost([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "shared")] HttpRequest request) =>
        new OkObjectResult("posted");

    [Function("EveryMethod")]
    public static IActionResult EveryMethod([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkObjectResult(request.Method);

    [Function("TakesBody")]
    public static IActionResult TakesBody([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request, [FromBody] Body body) =>
        new OkObjectResult($"{body.Name} {body.Count} {body.Color}");

    [Function("FunctionLevel")]
    public static IActionResult FunctionLevel([HttpTrigger("get")] HttpRequest request) => new OkObjectResult("in");

    [Function("AdminLevel")]
    public static IActionResult AdminLevel([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => new OkObjectResult("in");

    [Function("Length")]
    public static async Task<IActionResult> Length([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request)
    {
        var length = 0L;
        var buffer = new byte[64 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0;) length += read;
        return new OkObjectResult($"{length}");
    }

    [Function("Streams")]
    public static async Task<IActionResult> Streams(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "streams/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.ContentType = "text/event-stream";
        await request.HttpContext.Response.WriteAsync("data: first\n\n", cancellationToken);
        await request.HttpContext.Response.Body.FlushAsync(cancellationToken);
        var aborted = Aborted.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using (cancellationToken.Register(aborted.SetResult)) await aborted.Task;
        return new EmptyResult();
    }

    [Function("Context")]
    public static IActionResult Context(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context/{value}")] HttpRequest request, FunctionContext context) =>
        new OkObjectResult(string.Join(
            ' ',
            context.BindingContext.BindingData.ContainsKey("Headers"),
            context.BindingContext.BindingData.ContainsKey("Query"),
            context.BindingContext.BindingData["q"],
            context.BindingContext.BindingData["value"],
            context.Items.ContainsKey("HttpRequestContext"),
            context.FunctionId == context.FunctionDefinition.Id,
            Guid.TryParse(context.InvocationId, out _),
            context.RetryContext is null,
            request.Headers["x-ms-invocation-id"] == context.InvocationId,
            request.Headers["X-Original-Host"] == request.Host.Value,
            request.Headers["X-Original-Proto"],
            request.Headers["X-Original-For"].ToString().StartsWith("127.0.0.1:", StringComparison.Ordinal)));

    [Function("Forwarded")]
    public static IActionResult Forwarded([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "forwarded")] HttpRequest request) =>
        new OkObjectResult(string.Join(
            ' ',
            request.Scheme,
            request.Host,
            request.HttpContext.Connection.RemoteIpAddress,
            request.Headers.Keys.Count(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))));

    public sealed record Body(string Name, int Count, Color Color);
}
