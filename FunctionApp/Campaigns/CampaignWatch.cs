using Atelier.Access;
using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns;

/// <summary>Waits for a change of a campaign and reads it, for <c>?wait=</c>.</summary>
public sealed class CampaignWatch(CampaignQueries queries, CampaignChanges changes, TimeProvider timeProvider)
{
    // Notifications may be lost with their connection; an occasional query costs little.
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    /// <summary>Returns the campaign once it has ended, or is otherwise what the caller waits for, or the time is up.</summary>
    /// <param name="caller">Whose it must be.</param>
    /// <param name="id">The campaign.</param>
    /// <param name="isAwaited">
    /// Whether the caller waits for this version; <see langword="null"/> to wait for a change of the current version. The end is always waited for.
    /// </param>
    /// <param name="wait">The longest wait; zero to return at once.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public async Task<Campaign?> ReadAsync(Caller caller, Guid id, Func<long, bool>? isAwaited, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero)
            return await queries.FindAsync(caller, id, cancellationToken);

        var start = timeProvider.GetTimestamp();
        // Subscribed before the first read, so that no change in between is missed.
        using var subscription = changes.Subscribe(id);
        var campaign = await queries.FindAsync(caller, id, cancellationToken);
        if (campaign is null || IsEnough(campaign.Status, campaign.Version))
            return campaign;

        isAwaited ??= version => version != campaign.Version;
        while (wait - timeProvider.GetElapsedTime(start) is { } left && left > TimeSpan.Zero)
        {
            if (await subscription.WaitAsync(left < SafetyNet ? left : SafetyNet, cancellationToken) is { } change && !IsEnough(change.Status, change.Version))
                continue;
            var latest = await queries.FindAsync(caller, id, cancellationToken);
            if (latest is null || IsEnough(latest.Status, latest.Version))
                return latest;
        }
        return await queries.FindAsync(caller, id, cancellationToken);

        bool IsEnough(CampaignStatus status, long version) => status.HasEnded() || isAwaited?.Invoke(version) == true;
    }
}
