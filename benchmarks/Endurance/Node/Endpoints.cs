using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Endurance.Node;

/// <summary>How a trial drives a node. An answer of 202 means: accepted, and therefore promised.</summary>
internal static class Endpoints
{
    private const int StartsAtOnce = 256;

    [Function(nameof(Ready))]
    public static IResult Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ready")] HttpRequest request) => Results.Ok();

    [Function(nameof(Start))]
    public static async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{kind}/{id}/{n}")] HttpRequest request,
        string kind,
        string id,
        long n,
        [DurableClient] DurableTaskClient client)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(kind, Expected.InputFor(kind, n), new StartOrchestrationOptions(id));
            return Results.Accepted();
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return Results.Conflict();
        }
    }

    [Function(nameof(Raise))]
    public static async Task<IResult> Raise(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "raise/{id}/{value}")] HttpRequest request,
        string id,
        long value,
        [DurableClient] DurableTaskClient client)
    {
        try
        {
            await client.RaiseEventAsync(id, "go", value);
            return Results.Accepted();
        }
        catch (InvalidOperationException)
        {
            return Results.Conflict();
        }
    }

    /// <summary>Starts <c>{kind}-{from}</c> and the numbers after it, all with the same input.</summary>
    [Function(nameof(StartMany))]
    public static async Task<IResult> StartMany(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start-many/{kind}/{from}/{count}/{input}")] HttpRequest request,
        string kind,
        int from,
        int count,
        int input,
        [DurableClient] DurableTaskClient client)
    {
        await Parallel.ForAsync(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce }, async (i, cancellation) =>
            await client.ScheduleNewOrchestrationInstanceAsync(kind, input, new StartOrchestrationOptions($"{kind}-{i}"), cancellation));
        return Results.Accepted();
    }

    [Function(nameof(RaiseMany))]
    public static async Task<IResult> RaiseMany(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "raise-many/{kind}/{from}/{count}")] HttpRequest request,
        string kind,
        int from,
        int count,
        [DurableClient] DurableTaskClient client)
    {
        await Parallel.ForAsync(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce }, async (i, cancellation) =>
            await client.RaiseEventAsync($"{kind}-{i}", "go", (long)i, cancellation));
        return Results.Accepted();
    }
}
