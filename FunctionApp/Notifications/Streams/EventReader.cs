using System.Threading.Channels;

namespace Atelier.Notifications.Streams;

/// <summary>One stream's subscription at the hub, with its buffer of events.</summary>
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

    /// <summary>The id up to which the reader reads events from the log itself; it gets later ones from the hub.</summary>
    public Task<long> Joined => _joined.Task;

    /// <summary>The events from the hub; ends when the reader was too slow, or the process stops.</summary>
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
