using Npgsql;

namespace Atelier.Persistence;

/// <summary>Notifies readers of a campaign that it has changed, in any process, over one LISTEN connection a process.</summary>
/// <remarks>
/// A notification is only a hint: subscribe first, then read the campaign, then wait. After a lost connection every subscription is
/// woken, because notifications sent meanwhile are lost.
/// </remarks>
public sealed class CampaignChanges(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<CampaignChanges> logger)
    : BackgroundService
{
    /// <summary>The channel that the trigger on <c>campaigns</c> notifies.</summary>
    internal const string Channel = "atelier_campaigns";

    /// <summary>The channel on which the trigger reports campaigns that were canceled, so that work for them can stop.</summary>
    internal const string CancelChannel = "atelier_stops";

    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);
    private const int ProbeTimeout = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<Subscription>> _subscriptions = [];
    private readonly HashSet<Subscription> _everything = [];

    /// <summary>A campaign was canceled by any process. Handlers must be quick and must not throw.</summary>
    public event EventHandler<CampaignCanceledEventArgs>? Canceled;

    /// <summary>Listening has begun, or resumed after a lost connection: earlier notifications are lost. Handlers must be quick and must not throw.</summary>
    public event EventHandler? Listening;

    /// <summary>How many campaigns have readers that wait.</summary>
    internal int ReaderCount
    {
        get
        {
            lock (_gate)
                return _subscriptions.Count;
        }
    }

    /// <summary>Subscribes to the changes of one campaign.</summary>
    public Subscription Subscribe(Guid campaignId)
    {
        var subscription = new Subscription(this, campaignId, timeProvider);
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(campaignId, out var others))
                _subscriptions[campaignId] = others = [];
            others.Add(subscription);
        }
        return subscription;
    }

    /// <summary>Subscribes to the changes of all campaigns.</summary>
    public Subscription SubscribeToAll()
    {
        var subscription = new Subscription(this, campaignId: null, timeProvider);
        lock (_gate)
            _everything.Add(subscription);
        return subscription;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Until then readers rely on their own timeouts.
                logger.LogWarning(exception, "Listening for changes was interrupted; it starts again in {Delay}.", ReconnectDelay);
                await Task.Delay(ReconnectDelay, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            if (!Guid.TryParse(notification.Payload, out var id))
                return;
            if (notification.Channel == CancelChannel)
                Canceled?.Invoke(this, new CampaignCanceledEventArgs(id));
            else
                Wake(id);
        };
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}; LISTEN {CancelChannel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        WakeAll();
        Listening?.Invoke(this, EventArgs.Empty);
        while (true)
        {
            // A connection whose other end is gone looks like an idle one: a query finds out.
            if (!await connection.WaitAsync(ProbeInterval, cancellationToken))
            {
                await using var probe = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = ProbeTimeout };
                await probe.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    private void Wake(Guid campaignId)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.GetValueOrDefault(campaignId, []))
                subscription.Signal();
            foreach (var subscription in _everything)
                subscription.Signal();
        }
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.Values.SelectMany(readers => readers).Concat(_everything))
                subscription.Signal();
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            if (subscription.CampaignId is not { } id)
                _everything.Remove(subscription);
            else if (_subscriptions.TryGetValue(id, out var readers) && readers.Remove(subscription) && readers.Count == 0)
                _subscriptions.Remove(id);
        }
    }

    /// <summary>One reader's wait for changes, of one campaign or of all.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly CampaignChanges _changes;
        private readonly TimeProvider _timeProvider;
        private readonly SemaphoreSlim _signal = new(0, 1);

        internal Subscription(CampaignChanges changes, Guid? campaignId, TimeProvider timeProvider)
        {
            _changes = changes;
            _timeProvider = timeProvider;
            CampaignId = campaignId;
        }

        internal Guid? CampaignId { get; }

        /// <summary>Returns when the campaign has changed since the last wait, or after <paramref name="timeout"/>.</summary>
        public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            if (timeout <= TimeSpan.Zero)
                return;
            using var timer = new CancellationTokenSource(timeout, _timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                await _signal.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The timeout: the reader reads once more and returns what it finds.
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _changes.Remove(this);

        internal void Signal()
        {
            try
            {
                _signal.Release();
            }
            catch (SemaphoreFullException)
            {
                // Several changes before the next read count as one.
            }
        }
    }
}

/// <summary>Says which campaign was canceled.</summary>
/// <param name="campaignId">The campaign.</param>
public sealed class CampaignCanceledEventArgs(Guid campaignId) : EventArgs
{
    /// <summary>The campaign.</summary>
    public Guid CampaignId { get; } = campaignId;
}
