using System.Net;
using FunctionApp.Tests.EmbeddedFunctions.Engine;
using FunctionApp.Tests.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionApp.Tests.EmbeddedFunctions.Worker;

public static class CallingFunctions
{
    [Function("Calls")]
    public static async Task<string> Calls([OrchestrationTrigger] TaskOrchestrationContext context, Uri address)
    {
        var said = await context.CallHttpAsync(new DurableHttpRequest(HttpMethod.Post, address)
        {
            Content = "{}",
            Headers = new Dictionary<string, Microsoft.Extensions.Primitives.StringValues>(StringComparer.Ordinal)
            {
                ["Content-Type"] = "application/json",
                ["x-many"] = new(["a", "b"]),
            },
        });
        var refused = await context.CallHttpAsync(HttpMethod.Get, new Uri(address, "nowhere"));
        var failure = "none";
        try
        {
            await context.CallHttpAsync(HttpMethod.Get, new Uri(address, "nowhere"), retryOptions: new HttpRetryOptions([HttpStatusCode.NotFound]));
        }
        catch (TaskFailedException exception)
        {
            failure = exception.FailureDetails.ErrorType;
        }

        return $"{said.StatusCode} {said.Content} {said.Headers!["x-answer"]} {refused.StatusCode} {failure}";
    }

    [Function("Called")]
    public static async Task<IActionResult> Called([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        request.HttpContext.Response.Headers["x-answer"] = "yes";
        return new OkObjectResult($"{await reader.ReadToEndAsync()} {request.ContentType} {request.Headers["x-many"]}");
    }
}

/// <summary>Requests as actions of an orchestration.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class DurableHttpTests(LocalServicesFixture services)
{
    [Fact]
    public async Task CallHttp_GivesTheAnswer_WhateverItsStatus_UnlessThatIsToFail()
    {
        await using var host = await FunctionHost.StartAsync(
            [typeof(CallingFunctions)], null, $"ConnectionStrings:Postgres={await services.CreateDatabaseAsync()}");
        var client = host.Services.GetRequiredService<DurableTaskClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Calls", new Uri(host.Client.BaseAddress!, "/api/Called"));
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, EngineNode.Patience);

        Assert.Equal("OK {} application/json a, b yes NotFound System.Net.Http.HttpRequestException", end.ReadOutputAs<string>());
    }
}
