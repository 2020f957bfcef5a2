using Atelier.Persistence;
using Npgsql;

namespace Atelier.Campaigns.Control;

/// <summary>The work that this process does for campaigns, so that it can be canceled when any process cancels a campaign.</summary>
public sealed class CampaignCancellationRegistry : IDisposable
{
    private readonly CampaignChanges _changes;
    private readonly NpgsqlDataSource _dataSource;
    private readonly ILogger<CampaignCancellationRegistry> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<Work>> _running = [];

    /// <summary>Subscribes to the notifications of campaigns.</summary>
    public CampaignCancellationRegistry(CampaignChanges changes, NpgsqlDataSource dataSource, ILogger<CampaignCancellationRegistry> logger)
    {
        _changes = changes;
        _dataSource = dataSource;
        _logger = logger;
        changes.Changed += OnChanged;
        changes.Listening += OnListening;
    }

    /// <summary>Registers work for a campaign. Read the campaign's row only after this, so that no cancellation is missed in between.</summary>
    /// <param name="campaignId">The campaign.</param>
    /// <param name="version">The name of the version that is made, such as <c>image/0/v2</c>; <see langword="null"/> for a part of the campaign itself.</param>
    /// <param name="cancellationToken">Cancels the work too.</param>
    public Work Register(Guid campaignId, string? version, CancellationToken cancellationToken)
    {
        var work = new Work(this, campaignId, version, cancellationToken);
        lock (_gate)
        {
            if (!_running.TryGetValue(campaignId, out var works))
                _running[campaignId] = works = [];
            works.Add(work);
        }
        return work;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changes.Changed -= OnChanged;
        _changes.Listening -= OnListening;
    }

    private void OnChanged(object? sender, CampaignChangedEventArgs args)
    {
        var id = args.Changed.Id;
        if (args.Changed.Status == CampaignStatus.Canceled)
            Cancel(id, version: null);
        // The status of a campaign that has ended does not say whether one of its versions was canceled.
        else if (HasVersions(id))
            _ = RecheckAsync([id]);
    }

    private void OnListening(object? sender, EventArgs args)
    {
        Guid[] ids;
        lock (_gate)
            ids = [.. _running.Keys];
        _ = RecheckAsync(ids);
    }

    private bool HasVersions(Guid campaignId)
    {
        lock (_gate)
            return _running.TryGetValue(campaignId, out var works) && works.Any(work => work.Version is not null);
    }

    private void Cancel(Guid campaignId, string? version)
    {
        Work[] works;
        lock (_gate)
            works = [.. _running.GetValueOrDefault(campaignId, []).Where(work => work.Version == version)];
        foreach (var work in works)
            work.Cancel();
    }

    // Notifications sent while the connection was down are lost, but the rows have the statuses.
    private async Task RecheckAsync(Guid[] ids)
    {
        if (ids.Length == 0)
            return;
        try
        {
            await using var command = _dataSource.CreateCommand(
                """
                SELECT id, NULL FROM campaigns WHERE id = ANY ($1) AND status NOT IN ('PENDING', 'RUNNING')
                UNION ALL
                SELECT campaign_id, part || '/v' || number FROM campaign_part_versions WHERE campaign_id = ANY ($1) AND status = 'CANCELED'
                """);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
                Cancel(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1));
        }
        catch (Exception exception)
        {
            // Only time is lost: the results of work for a canceled campaign are dropped.
            _logger.LogWarning(exception, "Could not check whether campaigns with running work were canceled meanwhile.");
        }
    }

    private void Remove(Work work)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(work.CampaignId, out var works) && works.Remove(work) && works.Count == 0)
                _running.Remove(work.CampaignId);
        }
    }

    /// <summary>Work that is under way for a campaign. Dispose of it when it ends.</summary>
    public sealed class Work : IDisposable
    {
        private readonly CampaignCancellationRegistry _registry;
        private readonly CancellationTokenSource _canceled = new();
        private readonly CancellationTokenSource _either;

        internal Work(CampaignCancellationRegistry registry, Guid campaignId, string? version, CancellationToken cancellationToken)
        {
            _registry = registry;
            CampaignId = campaignId;
            Version = version;
            _either = CancellationTokenSource.CreateLinkedTokenSource(_canceled.Token, cancellationToken);
        }

        /// <summary>Canceled when the campaign is canceled, or when the token passed at registration is.</summary>
        public CancellationToken Token => _either.Token;

        /// <summary>Whether the campaign was canceled.</summary>
        public bool IsCanceled => _canceled.IsCancellationRequested;

        internal Guid CampaignId { get; }

        internal string? Version { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            _registry.Remove(this);
            // The other source is left to the garbage collector: Cancel may be running on it at this moment.
            _either.Dispose();
        }

        // Not on this thread: cancelling may take long, and must not delay the reader of notifications.
        internal void Cancel() => _ = _canceled.CancelAsync();
    }
}
