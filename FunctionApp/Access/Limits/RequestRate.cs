using System.Globalization;
using Atelier.Problems;
using Npgsql;

namespace Atelier.Access.Limits;

/// <summary>Counts requests by caller, over all instances: one statement each.</summary>
public sealed class RequestRate(NpgsqlDataSource dataSource, CallerLimits limits)
{
    /// <summary>How long a window is.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // The row's lock makes the counts of several instances follow one another, and the database's clock is the only one.
    // A window in the future is from before that clock was set, and over.
    // A window begins with its first request, so that a client which paces itself never meets the edge of someone else's minute.
    private const string Count =
        """
        INSERT INTO caller_rates AS held (user_id, window_start, requests) VALUES ($1, now(), 1)
        ON CONFLICT (user_id) DO UPDATE SET
            window_start = CASE WHEN abs(extract(epoch FROM now() - held.window_start)) >= 60 THEN now() ELSE held.window_start END,
            requests = CASE WHEN abs(extract(epoch FROM now() - held.window_start)) >= 60 THEN 1 ELSE held.requests + 1 END
        RETURNING requests, EXTRACT(EPOCH FROM window_start + interval '1 minute' - now())::float8
        """;

    /// <summary>Counts a request and writes into the response's headers how many are left.</summary>
    /// <exception cref="ApiException">429: there have been too many; with the time until the window ends.</exception>
    public async ValueTask CountAsync(Caller caller, HttpContext http, CancellationToken cancellationToken)
    {
        if (limits.RequestsPerMinute is not { } limit)
            return;

        var usage = await CountAsync(caller, limit, cancellationToken);
        usage.WriteTo(http.Response.Headers);
        http.Features.Set(usage);
        if (usage.Requests > limit)
        {
            throw new ApiException(
                StatusCodes.Status429TooManyRequests, "rate_limited", $"A caller may make {limit.ToString(CultureInfo.InvariantCulture)} requests a minute.")
            {
                RetryAfter = usage.ResetsIn,
            };
        }
    }

    private async Task<RequestUsage> CountAsync(Caller caller, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Count);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = caller.UserId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        // now() is the start of this transaction. One that waited for the row's lock can see a little more than a minute left.
        return new RequestUsage(limit, row.GetInt32(0), TimeSpan.FromSeconds(Math.Clamp(row.GetDouble(1), 0, Window.TotalSeconds)));
    }
}

/// <summary>How many requests of its window a caller has made.</summary>
/// <param name="Limit">How many it may make.</param>
/// <param name="Requests">How many it has made, this one included.</param>
/// <param name="ResetsIn">When its next window may begin.</param>
internal sealed record RequestUsage(int Limit, int Requests, TimeSpan ResetsIn)
{
    /// <summary>How many it may still make.</summary>
    public int Remaining => Math.Max(0, Limit - Requests);

    /// <summary>Writes <c>RateLimit-*</c>, as draft-ietf-httpapi-ratelimit-headers-06 defines them.</summary>
    public void WriteTo(IHeaderDictionary headers)
    {
        headers["RateLimit-Limit"] = Text(Limit);
        headers["RateLimit-Remaining"] = Text(Remaining);
        headers["RateLimit-Reset"] = Text((int)Math.Ceiling(ResetsIn.TotalSeconds));
        headers["RateLimit-Policy"] = $"{Text(Limit)};w={Text((int)RequestRate.Window.TotalSeconds)}";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
