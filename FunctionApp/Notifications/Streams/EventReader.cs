using System.Threading.Channels;

namespace Atelier.Notifications.Streams;

/// <summary>One stream's place at the hub: what it wants to hear of, and what waits for it.</summary>
public sealed class EventReader : IDisposable
{
    private readonly EventHub _hub;
    private readonly Channel<LoggedEvent> _waiting;
    private readonly TaskCompletionSource<long> _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal EventReader(EventHub hub, string userId, Guid? campaignId, int capacity)
    {
        _hub = hub;
        UserId = userId;
        CampaignId = campaignId;
        _waiting = Channel.CreateBounded<LoggedEvent>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>The events after which the hub hands over: up to and including this id the reader looks into the log itself.</summary>
    public Task<long> Joined => _joined.Task;

    /// <summary>What the hub has handed over; ends when the reader was too slow, or the process stops.</summary>
    public ChannelReader<LoggedEvent> Waiting => _waiting.Reader;

    /// <summary>Whether it took its events too slowly and missed some.</summary>
    public bool IsTooSlow { get; private set; }

    internal string UserId { get; }

    internal Guid? CampaignId { get; }

    /// <inheritdoc/>
    public void Dispose() => _hub.Remove(this);

    internal void Join(long position) => _joined.TrySetResult(position);

    internal void Enqueue(LoggedEvent @event)
    {
        if ((CampaignId is null || CampaignId == @event.CampaignId) && !_waiting.Writer.TryWrite(@event))
        {
            IsTooSlow = true;
            End();
        }
    }

    internal void End()
    {
        _waiting.Writer.TryComplete();
        _joined.TrySetCanceled();
    }
}
