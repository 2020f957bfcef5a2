using Atelier.Persistence;
using Npgsql;

namespace Atelier.Campaigns.Control;

/// <summary>Cancels what this process does for campaigns that were stopped, wherever they were stopped.</summary>
public sealed class CampaignStops : IDisposable
{
    private readonly CampaignChanges _changes;
    private readonly NpgsqlDataSource _dataSource;
    private readonly ILogger<CampaignStops> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<Work>> _works = [];

    /// <summary>Begins to hear of stops.</summary>
    public CampaignStops(CampaignChanges changes, NpgsqlDataSource dataSource, ILogger<CampaignStops> logger)
    {
        _changes = changes;
        _dataSource = dataSource;
        _logger = logger;
        changes.Stopped += OnStopped;
        changes.Listening += OnListening;
    }

    /// <summary>Registers work for a campaign. Look at the campaign's record only after this, so that no stop falls between the two.</summary>
    /// <param name="campaignId">The campaign.</param>
    /// <param name="cancellationToken">What else ends the work.</param>
    public Work Begin(Guid campaignId, CancellationToken cancellationToken)
    {
        var work = new Work(this, campaignId, cancellationToken);
        lock (_gate)
        {
            if (!_works.TryGetValue(campaignId, out HashSet<Work>? works))
                _works[campaignId] = works = [];
            works.Add(work);
        }
        return work;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changes.Stopped -= OnStopped;
        _changes.Listening -= OnListening;
    }

    private void OnStopped(object? sender, CampaignStoppedEventArgs stop) => Stop(stop.CampaignId);

    private void OnListening(object? sender, EventArgs args) => _ = RecheckAsync();

    private void Stop(Guid campaignId)
    {
        Work[] works;
        lock (_gate)
            works = [.. _works.GetValueOrDefault(campaignId, [])];
        foreach (Work work in works)
            work.Stop();
    }

    // What was told while nobody listened is in the record.
    private async Task RecheckAsync()
    {
        Guid[] ids;
        lock (_gate)
            ids = [.. _works.Keys];
        if (ids.Length == 0)
            return;
        try
        {
            await using NpgsqlCommand command = _dataSource.CreateCommand(
                "SELECT id FROM campaigns WHERE id = ANY ($1) AND status NOT IN ('PENDING', 'RUNNING')");
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
            await using NpgsqlDataReader row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
                Stop(row.GetGuid(0));
        }
        catch (Exception exception)
        {
            // Nothing is lost but time: the results of stopped work are dropped.
            _logger.LogWarning(exception, "Whether running work was stopped meanwhile could not be looked up.");
        }
    }

    private void Remove(Work work)
    {
        lock (_gate)
        {
            if (_works.TryGetValue(work.CampaignId, out HashSet<Work>? works) && works.Remove(work) && works.Count == 0)
                _works.Remove(work.CampaignId);
        }
    }

    /// <summary>Something that is being done for a campaign.</summary>
    public sealed class Work : IDisposable
    {
        private readonly CampaignStops _stops;
        private readonly CancellationTokenSource _stop = new();
        private readonly CancellationTokenSource _either;

        internal Work(CampaignStops stops, Guid campaignId, CancellationToken cancellationToken)
        {
            _stops = stops;
            CampaignId = campaignId;
            _either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, cancellationToken);
        }

        /// <summary>Cancelled when the campaign is stopped, or what was given says so.</summary>
        public CancellationToken Token => _either.Token;

        /// <summary>Whether the campaign was stopped.</summary>
        public bool IsStopped => _stop.IsCancellationRequested;

        internal Guid CampaignId { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            _stops.Remove(this);
            // The first is left to the garbage collector: a stop may be under way this very moment.
            _either.Dispose();
        }

        // Elsewhere: what is cancelled may take its time, and the notification's reader has others to tell.
        internal void Stop() => _ = _stop.CancelAsync();
    }
}
