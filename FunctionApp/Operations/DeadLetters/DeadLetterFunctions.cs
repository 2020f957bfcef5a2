using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Atelier.Operations.DeadLetters;

/// <summary><c>GET</c> and <c>DELETE /api/dead-letters</c>, <c>POST /api/dead-letters/replay</c>: for operators.</summary>
public sealed class DeadLetterFunctions(DeadLetterStore letters)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    /// <summary>Shows dead letters, newest first.</summary>
    [Function("ListDeadLetters")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.DeadLetters)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var filter = DeadLetterFilter.Read(request.Query, errors);
        var cursor = PageQuery.ReadCursor(request.Query, errors);
        var limit = PageQuery.ReadLimit(request.Query, DefaultLimit, MaxLimit, errors);
        errors.ThrowIfAny();

        var found = await letters.FindAsync(filter, cursor, limit, cancellationToken);
        DeadLetterView[] page = [.. found.Take(limit)];
        var next = found.Count > limit ? new Cursor(page[^1].At, page[^1].Id).ToString() : null;
        return ApiJson.Result(new DeadLetterPage(page, next));
    }

    /// <summary>Redrives campaigns and deliveries: 202 with their number; a filter that matches more than that needs another request.</summary>
    [Function("ReplayDeadLetters")]
    public async Task<IResult> RedriveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.ReplayDeadLetters)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var selection = await DeadLetterSelection.ReadAsync(request, cancellationToken);
        return ApiJson.Result(
            new RedriveView(await letters.RedriveAsync(client, selection, cancellationToken)), StatusCodes.Status202Accepted);
    }

    /// <summary>Drops dead letters: 204.</summary>
    [Function("DropDeadLetters")]
    public async Task<IResult> DropAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Routes.DeadLetters)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await letters.DropAsync(await DeadLetterSelection.ReadAsync(request, cancellationToken), cancellationToken);
        return Results.NoContent();
    }
}
