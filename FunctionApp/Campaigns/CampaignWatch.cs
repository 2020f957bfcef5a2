using Atelier.Access;
using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace Atelier.Campaigns;

/// <summary>Waits for a change of a campaign and reads it, for <c>?wait=</c>.</summary>
public sealed class CampaignWatch(CampaignQueries queries, CampaignChanges changes, TimeProvider timeProvider)
{
    // Notifications may be lost with their connection; an occasional query costs little.
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(5);

    /// <summary>Returns the campaign once its version is not the one that the caller knows, it has ended, or the time is up.</summary>
    /// <param name="caller">Whose it must be.</param>
    /// <param name="id">The campaign.</param>
    /// <param name="isKnown">Whether the caller has this version already; <see langword="null"/> to wait for a change of the current version.</param>
    /// <param name="wait">The longest wait; zero to return at once.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public async Task<Campaign?> ReadAsync(
        Caller caller, Guid id, Func<long, bool>? isKnown, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero)
            return await queries.FindAsync(caller, id, cancellationToken);

        var start = timeProvider.GetTimestamp();
        // Subscribed before the first read, so that no change in between is missed.
        using var subscription = changes.Subscribe(id);
        var campaign = await queries.FindAsync(caller, id, cancellationToken);
        if (campaign is null || campaign.Status.HasEnded() || isKnown?.Invoke(campaign.Version) == false)
            return campaign;

        while (wait - timeProvider.GetElapsedTime(start) is { } left && left > TimeSpan.Zero)
        {
            await subscription.WaitAsync(left < SafetyNet ? left : SafetyNet, cancellationToken);
            if (await queries.FindVersionAsync(id, cancellationToken) != campaign.Version)
                return await queries.FindAsync(caller, id, cancellationToken);
        }
        return campaign;
    }
}
