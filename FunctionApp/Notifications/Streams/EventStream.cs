using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Atelier.Problems;

namespace Atelier.Notifications.Streams;

/// <summary>Writes one stream of server-sent events (WHATWG HTML, "Server-sent events").</summary>
public sealed class EventStream(
    EventHub hub,
    EventLog log,
    EventStreamOptions options,
    IHostApplicationLifetime host,
    TimeProvider timeProvider,
    ILogger<EventStream> logger)
{
    private const int PageSize = 200;

    /// <summary>Streams until the client leaves, the stream's lifetime is over, or the process stops. HEAD gets the headers.</summary>
    /// <param name="http">The request; its response must not have begun.</param>
    /// <param name="userId">Whose events.</param>
    /// <param name="campaignId">Of one campaign, whose owner must have been checked; <see langword="null"/> for all of the caller's.</param>
    /// <param name="after">The last event that the client has; <see langword="null"/> for a campaign's first, or for what is new from now on.</param>
    /// <param name="cancellationToken">The client has left, or the host's time is up.</param>
    /// <exception cref="ApiException">400: the client claims to have an event that has not happened.</exception>
    public async Task WriteAsync(HttpContext http, string userId, Guid? campaignId, long? after, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            Begin(http.Response);
            return;
        }
        using var lifetime = new CancellationTokenSource(options.Lifetime, timeProvider);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(lifetime.Token, cancellationToken, host.ApplicationStopping);
        using var reader = hub.Join(userId, campaignId);
        try
        {
            var joined = await reader.Joined.WaitAsync(ending.Token);
            // Another process may be ahead of this process's hub, but never ahead of the log.
            if (after > joined && after > await log.ReadEndAsync(ending.Token))
                throw ApiException.Invalid(EventPosition.NameIn(http.Request), "must be the id of an event that has happened.");
            Begin(http.Response);
            var sent = after ?? (campaignId is null ? joined : 0);
            // An id without data: a client that is cut off before its first event still resumes from here.
            await WriteAsync(http, $"retry: {(long)options.Retry.TotalMilliseconds}\nid: {sent}\n\n", ending.Token);
            sent = await CatchUpAsync(http, userId, campaignId, sent, joined, ending.Token);
            await FollowAsync(http, reader, sent, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Only whole events were sent: the client resumes after its last one.
        }
        catch (OperationCanceledException) when (reader.Joined.IsCanceled)
        {
            // The process stops.
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // The response has begun, so no other can be sent. A cut connection is normal; anything else is logged.
            if (exception is not (OperationCanceledException or IOException))
                logger.LogWarning(exception, "A stream of {UserId} ends early; its client resumes it.", userId);
        }
        if (!http.Response.HasStarted)
            Begin(http.Response);
        if (!http.RequestAborted.IsCancellationRequested)
            await WriteEndCommentAsync(http, reader);
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        // Proxies that buffer responses (nginx and what is built on it) pass this one on at once.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task<long> CatchUpAsync(
        HttpContext http, string userId, Guid? campaignId, long sent, long joined, CancellationToken cancellationToken)
    {
        while (sent < joined)
        {
            var page = campaignId is { } id
                ? await log.ReadOfCampaignAsync(id, sent, PageSize, cancellationToken)
                : await log.ReadOfUserAsync(userId, sent, PageSize, cancellationToken);
            if (page.Count == 0)
                return joined;
            await WriteAsync(http, Compose(page), cancellationToken);
            sent = page[^1].Id;
        }
        return sent;
    }

    private async Task FollowAsync(HttpContext http, EventReader reader, long sent, CancellationToken cancellationToken)
    {
        var page = new List<LoggedEvent>();
        while (await WaitAsync(http, reader.Waiting, cancellationToken))
        {
            page.Clear();
            // The first ones may already have been sent from the log.
            while (page.Count < PageSize && reader.Waiting.TryRead(out var @event))
            {
                if (@event.Id > sent)
                    page.Add(@event);
            }
            if (page.Count == 0)
                continue;
            await WriteAsync(http, Compose(page), cancellationToken);
            sent = page[^1].Id;
        }
    }

    private async Task<bool> WaitAsync(HttpContext http, ChannelReader<LoggedEvent> waiting, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var heartbeat = new CancellationTokenSource(options.Heartbeat, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
            try
            {
                return await waiting.WaitToReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await WriteAsync(http, ":\n\n", cancellationToken);
            }
        }
    }

    private static string Compose(List<LoggedEvent> events)
    {
        var text = new StringBuilder();
        foreach (var @event in events)
            text.Append(CultureInfo.InvariantCulture, $"id: {@event.Id}\nevent: {@event.Type}\ndata: {@event.Json}\n\n");
        return text.ToString();
    }

    private async Task WriteEndCommentAsync(HttpContext http, EventReader reader)
    {
        var reason = reader.IsTooSlow ? "too slow" : "time is up";
        try
        {
            await WriteAsync(http, $": {reason}; resume with Last-Event-ID\n\n", http.RequestAborted);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client has disconnected, which ends the stream as well.
        }
    }

    private async Task WriteAsync(HttpContext http, string text, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.WriteTimeout, timeProvider);
        using var cut = timeout.Token.Register(http.Abort);
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(text, bytes);
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, length), cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
