using System.Diagnostics;
using FunctionApp.Tests.EmbeddedFunctions.Engine;
using FunctionApp.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

public static class TracedFunctions
{
    [Function("Ask")]
    public static async Task<IActionResult> Ask(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, [DurableClient] DurableTaskClient client, FunctionContext context)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Asks");
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, EngineNode.Patience);
        return new OkObjectResult($"'{context.TraceContext.TraceParent}' '{end.ReadOutputAs<string>()}'");
    }

    [Function("Asks")]
    public static Task<string> Asks([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("TraceOf");

    [Function("TraceOf")]
    public static string TraceOf([ActivityTrigger] FunctionContext context) => context.TraceContext.TraceParent;
}

/// <summary>Functions are told of a trace only where there is telemetry, as on the official host.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class TraceTests(LocalServicesFixture services)
{
    [Fact]
    public async Task TraceParent_IsEmptyWithoutTelemetry_AndTheActivitysSpanWithIt()
    {
        await using var host = await FunctionHost.StartAsync(
            [typeof(TracedFunctions)], null, $"ConnectionStrings:Postgres={await services.CreateDatabaseAsync()}");
        Assert.Equal("'' ''", await host.Client.GetStringAsync("/api/Ask"));

        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "EmbeddedFunctions.Engine",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        Assert.Matches("^'' '00-[0-9a-f]{32}-[0-9a-f]{16}-01'$", await host.Client.GetStringAsync("/api/Ask"));
    }
}
