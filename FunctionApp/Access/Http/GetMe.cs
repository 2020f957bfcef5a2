using Atelier.Access.Limits;
using Atelier.Configuration;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Access.Http;

/// <summary><c>GET /api/me</c>: the caller, its limits and what is left of them.</summary>
public sealed class GetMe(CallerLimits limits, CampaignQuota quota, TimeProvider timeProvider)
{
    /// <summary>Shows the caller.</summary>
    [Function(nameof(GetMe))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Me)] HttpRequest request, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(request);
        var requests = request.HttpContext.Features.Get<RequestUsage>();
        var campaigns = await quota.ReadAsync(caller, cancellationToken);

        var now = timeProvider.Now();
        var left = new LimitsView(
            requests is null ? null : new LimitView(requests.Limit, requests.Remaining, At(now, requests.ResetsIn)),
            limits.MaxRunning is { } running ? new LimitView(running, Math.Max(0, running - campaigns.Running), ResetsAt: null) : null,
            limits.MaxPerDay is { } day ? new LimitView(day, Math.Max(0, day - campaigns.Today), At(now, campaigns.DayEndsIn)) : null);
        return ApiJson.Result(new MeView(caller.UserId, caller.Email, caller.IsOperator, left));
    }

    // To the nearest second: the database's clock and this one's are no closer than that.
    private static DateTimeOffset At(DateTimeOffset now, TimeSpan later) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Round((now + later - DateTimeOffset.UnixEpoch).TotalSeconds));
}

/// <summary>The response of <c>GET /api/me</c>.</summary>
/// <param name="UserId">The caller's stable name.</param>
/// <param name="Email">Its e-mail address; <see langword="null"/> where it is not known.</param>
/// <param name="Operator">Whether it is an operator.</param>
/// <param name="Limits">How much it may do.</param>
public sealed record MeView(string UserId, string? Email, bool Operator, LimitsView Limits);

/// <summary>A caller's limits; each <see langword="null"/> where there is none.</summary>
/// <param name="RequestsPerMinute">Requests in a minute.</param>
/// <param name="Running">Campaigns that have not ended.</param>
/// <param name="CampaignsPerDay">Campaigns accepted in a day, UTC.</param>
public sealed record LimitsView(LimitView? RequestsPerMinute, LimitView? Running, LimitView? CampaignsPerDay);

/// <summary>One limit.</summary>
/// <param name="Limit">How many there may be.</param>
/// <param name="Remaining">How many are left.</param>
/// <param name="ResetsAt">When all are there again; <see langword="null"/> where that depends on campaigns ending.</param>
public sealed record LimitView(int Limit, int Remaining, DateTimeOffset? ResetsAt);
