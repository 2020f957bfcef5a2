using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
    // The trigger on campaigns notifies "ID VERSION STATUS"; the one on events, that deliveries are due.
    private const string Channel = "atelier_campaigns";
    private const string DeliveryChannel = "atelier_deliveries";

    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);
    private const int ProbeTimeout = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<Subscription>> _subscriptions = [];
    private readonly HashSet<Subscription> _everything = [];
    private readonly HashSet<Subscription> _deliveries = [];

    /// <summary>A campaign was changed by any process. Handlers must be quick and must not throw.</summary>
    public event EventHandler<CampaignChangedEventArgs>? Changed;

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
        var subscription = new Subscription(Remove, timeProvider) { CampaignId = campaignId };
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(campaignId, out var others))
                _subscriptions[campaignId] = others = [];
            others.Add(subscription);
        }
        return subscription;
    }

    /// <summary>Subscribes to the changes of all campaigns.</summary>
    public Subscription SubscribeToAll() => Add(_everything);

    /// <summary>Subscribes to new webhook deliveries.</summary>
    public Subscription SubscribeToDeliveries() => Add(_deliveries);

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
        connection.Notification += OnNotification;
        try
        {
            await using (var listen = new NpgsqlCommand($"LISTEN {Channel}; LISTEN {DeliveryChannel}", connection))
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
        finally
        {
            connection.Notification -= OnNotification;
            // The pool does not reset connections: one that listens is closed instead of pooled.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notification)
    {
        if (notification.Channel == DeliveryChannel)
        {
            lock (_gate)
                Signal(_deliveries);
        }
        else if (CampaignChanged.TryParse(notification.Payload, out var changed))
        {
            Changed?.Invoke(this, new CampaignChangedEventArgs(changed));
            Wake(changed);
        }
    }

    private Subscription Add(HashSet<Subscription> subscriptions)
    {
        var subscription = new Subscription(Remove, timeProvider);
        lock (_gate)
            subscriptions.Add(subscription);
        return subscription;
    }

    private void Wake(CampaignChanged changed)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.GetValueOrDefault(changed.Id, []))
                subscription.Signal(changed);
            Signal(_everything);
        }
    }

    private static void Signal(HashSet<Subscription> subscriptions)
    {
        foreach (var subscription in subscriptions)
            subscription.Signal();
    }

    private void WakeAll()
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions.Values.SelectMany(readers => readers).Concat(_everything).Concat(_deliveries))
                subscription.Signal();
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            if (subscription.CampaignId is not { } id)
                _ = _everything.Remove(subscription) || _deliveries.Remove(subscription);
            else if (_subscriptions.TryGetValue(id, out var readers) && readers.Remove(subscription) && readers.Count == 0)
                _subscriptions.Remove(id);
        }
    }

    /// <summary>One reader's wait for changes: of one campaign, of all, or of the deliveries.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly Action<Subscription> _remove;
        private readonly TimeProvider _timeProvider;
        private readonly SemaphoreSlim _signal = new(0, 1);
        private CampaignChanged? _latest;
        private int _isUnknown;

        internal Subscription(Action<Subscription> remove, TimeProvider timeProvider)
        {
            _remove = remove;
            _timeProvider = timeProvider;
        }

        internal Guid? CampaignId { get; init; }

        /// <summary>Returns when there was a change since the last wait, or after <paramref name="timeout"/>.</summary>
        /// <returns>The latest change of the campaign; <see langword="null"/> where only reading it tells whether it has changed.</returns>
        public async Task<CampaignChanged?> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
        {
            if (timeout <= TimeSpan.Zero)
                return null;
            using var timer = new CancellationTokenSource(timeout, _timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            try
            {
                await _signal.WaitAsync(either.Token);
                return Interlocked.Exchange(ref _isUnknown, 0) == 1 ? null : Volatile.Read(ref _latest);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The timeout: the reader reads once more and returns what it finds.
                return null;
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _remove(this);

        internal void Signal(CampaignChanged? latest = null)
        {
            if (latest is null)
                Volatile.Write(ref _isUnknown, 1);
            else
                Volatile.Write(ref _latest, latest);
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

/// <summary>A change of a campaign, as its notification describes it.</summary>
/// <param name="Id">The campaign.</param>
/// <param name="Version">Its version since.</param>
/// <param name="Status">Its status since.</param>
public sealed record CampaignChanged(Guid Id, long Version, CampaignStatus Status)
{
    /// <summary>Reads a notification's payload: id, version and status, separated by spaces.</summary>
    internal static bool TryParse(string payload, [NotNullWhen(true)] out CampaignChanged? changed)
    {
        changed = payload.Split(' ') is [var idText, var versionText, var statusText]
            && Guid.TryParse(idText, out var id)
            && long.TryParse(versionText, CultureInfo.InvariantCulture, out var version)
            && Enum.TryParse<CampaignStatus>(statusText, ignoreCase: true, out var status)
                ? new CampaignChanged(id, version, status)
                : null;
        return changed is not null;
    }
}

/// <summary>Says which campaign has changed.</summary>
/// <param name="changed">The change.</param>
public sealed class CampaignChangedEventArgs(CampaignChanged changed) : EventArgs
{
    /// <summary>The change.</summary>
    public CampaignChanged Changed { get; } = changed;
}
