using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Endurance.Node;

/// <summary>How a trial drives a node. A response of 202 means that the instance or event must not be lost.</summary>
internal static class Endpoints
{
    private const int StartsAtOnce = 256;

    public static void Map(WebApplication app)
    {
        app.MapGet("ready", () => Results.Ok());
        app.MapPost("start/{kind}/{id}/{n}", StartAsync);
        app.MapPost("raise/{id}/{value}", RaiseAsync);
        app.MapPost("start-many/{kind}/{from}/{count}/{input}", StartManyAsync);
        app.MapPost("raise-many/{kind}/{from}/{count}", RaiseManyAsync);
    }

    private static async Task<IResult> StartAsync(string kind, string id, long n, DurableTaskClient client)
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

    private static async Task<IResult> RaiseAsync(string id, long value, DurableTaskClient client)
    {
        try
        {
            await client.RaiseEventAsync(id, Orchestrations.EventName, value);
            return Results.Accepted();
        }
        catch (InvalidOperationException)
        {
            return Results.Conflict();
        }
    }

    /// <summary>Starts <c>{kind}-{from}</c> and the numbers after it, all with the same input.</summary>
    private static async Task<IResult> StartManyAsync(string kind, int from, int count, int input, DurableTaskClient client)
    {
        await ForEachAsync(from, count, (i, cancellation) =>
            client.ScheduleNewOrchestrationInstanceAsync(kind, input, new StartOrchestrationOptions($"{kind}-{i}"), cancellation));
        return Results.Accepted();
    }

    private static async Task<IResult> RaiseManyAsync(string kind, int from, int count, DurableTaskClient client)
    {
        await ForEachAsync(from, count, (i, cancellation) =>
            client.RaiseEventAsync($"{kind}-{i}", Orchestrations.EventName, (long)i, cancellation));
        return Results.Accepted();
    }

    private static Task ForEachAsync(int from, int count, Func<int, CancellationToken, Task> action) => Parallel.ForAsync(
        from,
        from + count,
        new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce },
        async (i, cancellation) => await action(i, cancellation));
}
