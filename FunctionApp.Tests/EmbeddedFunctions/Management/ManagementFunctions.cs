using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Management;

/// <summary>Orchestrations to watch and steer, and functions that tell their addresses.</summary>
public static class ManagementFunctions
{
    private static int _broken = 1;

    /// <summary>Whether <c>Fragile</c> throws.</summary>
    public static bool IsBroken
    {
        set => Volatile.Write(ref _broken, value ? 1 : 0);
    }

    [Function("Fan")]
    public static async Task<List<string>> Fan([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
    {
        context.SetCustomStatus(new { step = "fan" });
        var said = await Task.WhenAll(Enumerable.Range(0, order.Items).Select(i => context.CallActivityAsync<string>("Say", $"{order.Id}-{i}")));
        context.SetCustomStatus(new { step = "joined" });
        return [.. said];
    }

    [Function("Say")]
    public static string Say([ActivityTrigger] string name) => $"hello {name}";

    [Function("Waits")]
    public static async Task<string> Waits([OrchestrationTrigger] TaskOrchestrationContext context) =>
        "got " + await context.WaitForExternalEvent<string>("go");

    [Function("Fails")]
    public static Task<string> Fails([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("Fragile", "x");

    [Function("FailsAtOnce")]
    public static Task<string> FailsAtOnce([OrchestrationTrigger] TaskOrchestrationContext context) =>
        throw new InvalidOperationException("at once");

    [Function("Fragile")]
    public static string Fragile([ActivityTrigger] string name) =>
        Volatile.Read(ref _broken) == 1 ? throw new InvalidOperationException($"boom {name}") : $"mended {name}";

    [Function("StartOrder")]
    public static async Task<IActionResult> StartOrder(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "orders/{id}")] HttpRequestData request,
        string id,
        [DurableClient] DurableTaskClient client)
    {
        var instance = await client.ScheduleNewOrchestrationInstanceAsync("Fan", new Order(id, 2));
        var payload = client.CreateHttpManagementPayload(instance, request);
        return new AcceptedResult(payload.StatusQueryGetUri, payload);
    }

    [Function("StartAny")]
    public static async Task<HttpResponseData> StartAny(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "any/{name}")] HttpRequestData request,
        string name,
        [DurableClient] DurableTaskClient client) =>
        await client.CreateCheckStatusResponseAsync(request, await client.ScheduleNewOrchestrationInstanceAsync(name, "in"));

    [Function("StartLater")]
    public static async Task<IActionResult> StartLater(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "later/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client) =>
        new OkObjectResult(await client.ScheduleNewOrchestrationInstanceAsync(
            name, new StartOrchestrationOptions(StartAt: TimeProvider.System.GetUtcNow().AddHours(1))));

    [Function("Addresses")]
    public static IActionResult Addresses(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
        new OkObjectResult(client.CreateHttpManagementPayload("x y").StatusQueryGetUri);

    public sealed record Order(string Id, int Items);
}
