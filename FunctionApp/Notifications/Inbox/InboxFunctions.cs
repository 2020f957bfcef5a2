using System.Text.Json.Nodes;
using Atelier.Access;
using Atelier.Http;
using Atelier.Notifications.Streams;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Notifications.Inbox;

/// <summary><c>GET /api/notifications</c> and <c>POST /api/notifications/ack</c>: the events that a caller has not acknowledged.</summary>
public sealed class InboxFunctions(EventLog log, Acknowledgements acknowledgements)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    /// <summary>Shows the caller's events that are not acknowledged, oldest first.</summary>
    [Function("GetNotifications")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Notifications)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var after = EventPosition.ReadParameter(request.Query);
        var errors = new FieldErrors();
        var limit = PageQuery.ReadLimit(request.Query, DefaultLimit, MaxLimit, errors);
        errors.ThrowIfAny();

        var acknowledged = await acknowledgements.FindAsync(caller.UserId, cancellationToken);
        var events = await log.ReadNewsAsync(
            caller.UserId, Math.Max(after ?? 0, acknowledged), limit + 1, cancellationToken);
        LoggedEvent[] page = [.. events.Take(limit)];
        long? next = events.Count > limit ? page[^1].Id : null;
        return ApiJson.Result(new InboxPage([.. page.Select(@event => JsonNode.Parse(@event.Json)!)], next));
    }

    /// <summary>Acknowledges all events up to one; doing so again changes nothing.</summary>
    [Function("AcknowledgeNotifications")]
    public async Task<IResult> AcknowledgeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.AcknowledgeNotifications)] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var upTo = await ReadAsync(request, cancellationToken);
        if (!await acknowledgements.AcknowledgeAsync(caller.UserId, upTo, cancellationToken))
            throw ApiException.Invalid("upTo", "must be the id of an event that has happened.");
        return Results.NoContent();
    }

    private static async Task<long> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, path: "", errors, "upTo");
        var upTo = fields.LongNumber("upTo", min: 0, long.MaxValue);
        if (upTo is null)
            errors.AddMissing("upTo");
        errors.ThrowIfAny();
        return upTo!.Value;
    }
}

/// <summary>A page of the inbox.</summary>
/// <param name="Items">The messages, oldest first, as streams send them.</param>
/// <param name="NextAfter">The <c>after</c> of the next page; <see langword="null"/> on the last.</param>
public sealed record InboxPage(IReadOnlyList<JsonNode> Items, long? NextAfter);
