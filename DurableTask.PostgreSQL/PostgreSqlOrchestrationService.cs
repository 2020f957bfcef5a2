using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.Settings;
using DurableTask.PostgreSQL.Nodes;
using DurableTask.PostgreSQL.Sessions;
using DurableTask.PostgreSQL.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DurableTask.PostgreSQL;

/// <summary>
/// A Durable Task Framework storage provider that keeps a task hub in PostgreSQL. As long as it is started this process is a node of the hub: it takes
/// orchestrations that are ready to run, keeps them in memory, writes a heartbeat, adopts what dead nodes leave behind, and releases everything when
/// it stops. Without being started it is a client of the hub.
/// </summary>
public sealed partial class PostgreSqlOrchestrationService : IOrchestrationService, IAsyncDisposable
{
    private const string Joining = "joining";
    private const string Pooler = "A pooler such as PgBouncer stands in front of PostgreSQL. Give the host and port of PostgreSQL itself.";

    private readonly PostgreSqlOrchestrationServiceOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<PostgreSqlOrchestrationService> _logger;
    private readonly NpgsqlDataSource _dataSource;
    private readonly TaskHubSchema _schema;
    private readonly TaskHubStore _store;
    private readonly NodeStore _nodes;
    private readonly NodeListener _listener;
    private readonly DatabaseHealth _health;
    private readonly TaskHubMetrics _metrics = new();
    private readonly SessionHost _sessions;
    private readonly ProcessIdentity _identity = ProcessIdentity.Current();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _writerStop = new();
    private readonly Channel<bool> _workSignal = NewSignal();
    private readonly Channel<bool> _messageSignal = NewSignal();
    private readonly List<Task> _loops = [];
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private CancellationTokenSource _nodeSession = new();
    private Task _writerLoop = Task.CompletedTask;
    private Task _listenerLoop = Task.CompletedTask;
    private int _isRejoining;
    private bool _isStarted;
    private int _isDisposed;

    /// <summary>Makes the service for dependency injection.</summary>
    public PostgreSqlOrchestrationService(
        IOptions<PostgreSqlOrchestrationServiceOptions> options,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Value, timeProvider, loggerFactory)
    {
    }

    /// <summary>Makes the service. It connects when it is first used.</summary>
    /// <param name="options">Where the hub is, and how this node works.</param>
    /// <param name="timeProvider">The node's clock. Times that nodes compare are PostgreSQL's.</param>
    /// <param name="loggerFactory">Makes the loggers, named after this library's types.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public PostgreSqlOrchestrationService(
        PostgreSqlOrchestrationServiceOptions options,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        _options = options;
        _timeProvider = timeProvider;
        _logger = loggerFactory.CreateLogger<PostgreSqlOrchestrationService>();
        _dataSource = TaskHubDataSource.Create(options);
        var sql = new SqlText(options.TaskHub);
        _schema = new TaskHubSchema(_dataSource, options.TaskHub, sql);
        _store = new TaskHubStore(_dataSource, sql, options.MaxDispatchCount);
        _nodes = new NodeStore(_dataSource, sql);
        _listener = new NodeListener(_dataSource, _nodes, sql, timeProvider, loggerFactory.CreateLogger<NodeListener>());
        _health = new DatabaseHealth(timeProvider, loggerFactory.CreateLogger<DatabaseHealth>());
        var connection = new CommitConnection(_dataSource, new CommitSql(sql), _health, timeProvider);
        var writer = new GroupCommitWriter(connection, timeProvider, _metrics, loggerFactory.CreateLogger<GroupCommitWriter>());
        _sessions = new SessionHost(options, timeProvider, _metrics, writer, _health, loggerFactory.CreateLogger<SessionHost>());
        _metrics.Observe(() => _sessions.Count, () => _sessions.Activities.Backlog);

        _listener.WorkIsReady += SignalWork;
        _listener.MessagesHaveCome += SignalMessages;
        _sessions.Left += isOver =>
        {
            if (!isOver || Volatile.Read(ref _wantsRoom))
            {
                SignalWork();
            }
        };
        _sessions.MessagesExpected += SignalMessages;
        _sessions.ChildrenInDoubt += (session, children, isRewind) => _ = ConfirmChildrenAsync(session, children, isRewind);
        writer.Fenced += nodeId => _ = RejoinAsync(nodeId);
    }

    /// <summary>Why this node cannot write to its hub now; <see langword="null"/> while it can.</summary>
    public TaskHubProblem? Problem => _health.Problem;

    /// <summary>The orchestrations that this node holds.</summary>
    internal SessionHost Sessions => _sessions;

    /// <summary>Which versions of orchestrations this node takes; set it before the start. Default is all.</summary>
    public VersioningSettings? Versioning
    {
        set => _sessions.Versions = new VersionFilter(value);
    }

    /// <summary>Joins the hub, after creating or upgrading its schema where the options say so. A service that was stopped does not start again.</summary>
    /// <exception cref="TaskHubSchemaException">The schema cannot be used.</exception>
    /// <exception cref="TaskHubUnavailableException">The database does not respond, or refuses this node.</exception>
    public async Task StartAsync()
    {
        await _lifecycle.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_isStarted)
            {
                return;
            }

            await GuardAsync(async () =>
            {
                if (!await SessionCheck.KeepsSessionsAsync(_dataSource, _stopping.Token))
                {
                    throw new TaskHubUnavailableException(
                        $"Task hub '{_options.TaskHub}' cannot be used at {TaskHubDataSource.Describe(_options)}: {Pooler}");
                }

                await (_options.CreateSchema ? _schema.CreateOrUpgradeAsync(_stopping.Token) : _schema.CheckAsync(_stopping.Token));
                await JoinAsync(_stopping.Token);
                return true;
            });
            _isStarted = true;
            _writerLoop = _sessions.Writer.RunAsync(_writerStop.Token);
            _loops.Add(RepeatAsync(TakingWork, AcquireAsync));
            _loops.Add(RepeatAsync("reading the inbox", ReadInboxAsync));
            _loops.Add(RepeatAsync(DatabaseHealth.Heartbeat, BeatAsync));
            _loops.Add(RepeatAsync("the sweep", SweepAsync));
            _logger.LogInformation("Node {NodeId} joined task hub {TaskHub}", _sessions.NodeId, _options.TaskHub);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <inheritdoc/>
    public Task StopAsync() => StopAsync(isForced: false);

    /// <summary>
    /// Leaves the hub. Running activities end, as far as <see cref="PostgreSqlOrchestrationServiceOptions.DrainTimeout"/> allows; the rest is released
    /// for other nodes.
    /// </summary>
    /// <param name="isForced">Whether running activities are not waited for.</param>
    public async Task StopAsync(bool isForced)
    {
        await _lifecycle.WaitAsync();
        try
        {
            if (!_isStarted || _stopping.IsCancellationRequested)
            {
                return;
            }

            _sessions.IsOpen = false;
            await _stopping.CancelAsync();
            await Task.WhenAll(_loops);
            if (!isForced)
            {
                await WithinDrainTimeoutAsync(_sessions.Activities.StopAsync());
                if (_sessions.Activities.Running is > 0 and var running)
                {
                    _logger.LogWarning(
                        "The stop cuts off {Count} activities, which did not end within {Seconds} s; they are repeated elsewhere or at the next start",
                        running,
                        _options.DrainTimeout.TotalSeconds);
                }
            }

            await WithinDrainTimeoutAsync(_sessions.ReleaseAllAsync());
            _sessions.Writer.Complete();
            await WithinDrainTimeoutAsync(_writerLoop);
            await _writerStop.CancelAsync();
            await _writerLoop;
            _sessions.DropAll();
            await _nodeSession.CancelAsync();
            await _listenerLoop;
            await LeaveAsync();
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <inheritdoc/>
    public Task CreateAsync() => CreateAsync(recreateInstanceStore: true);

    /// <summary>Creates the hub.</summary>
    /// <param name="recreateInstanceStore">Whether a hub that exists is dropped first, with all that it holds.</param>
    public async Task CreateAsync(bool recreateInstanceStore)
    {
        if (recreateInstanceStore)
        {
            await DeleteAsync();
        }

        await CreateIfNotExistsAsync();
    }

    /// <summary>A host that calls this at its start does not know the options: with <c>CreateSchema</c> off, the start that follows checks the schema.</summary>
    Task IOrchestrationService.CreateIfNotExistsAsync() => _options.CreateSchema ? CreateIfNotExistsAsync() : Task.CompletedTask;

    /// <summary>Creates the hub or brings it up to date, whether or not <c>CreateSchema</c> is on.</summary>
    /// <exception cref="TaskHubSchemaException">The schema is of another kind or of a later version.</exception>
    public Task CreateIfNotExistsAsync() => GuardAsync(async () =>
    {
        await _schema.CreateOrUpgradeAsync(CancellationToken.None);
        return true;
    });

    /// <inheritdoc/>
    public Task DeleteAsync() => DeleteAsync(deleteInstanceStore: true);

    /// <summary>Drops the hub with all that it holds.</summary>
    /// <param name="deleteInstanceStore"><see langword="false"/> does nothing: a hub is its instance store.</param>
    public Task DeleteAsync(bool deleteInstanceStore) => !deleteInstanceStore ? Task.CompletedTask : GuardAsync(async () =>
    {
        await _schema.DropAsync(CancellationToken.None);
        return true;
    });

    /// <summary>Stops the node if it runs, and closes its connections. A second call does nothing: a container disposes each registration.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await StopAsync(isForced: true);
        _sessions.Timers.Dispose();
        await _sessions.Writer.DisposeAsync();
        await _dataSource.DisposeAsync();
        _nodeSession.Dispose();
        _writerStop.Dispose();
        _stopping.Dispose();
        _lifecycle.Dispose();
        _metrics.Dispose();
    }

    private static Channel<bool> NewSignal() =>
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private void SignalWork() => _workSignal.Writer.TryWrite(item: true);

    private void SignalMessages() => _messageSignal.Writer.TryWrite(item: true);

    private Task<Task> WithinDrainTimeoutAsync(Task task) => Task.WhenAny(task, Task.Delay(_options.DrainTimeout, _timeProvider));

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var nodeId = await _nodes.RegisterAsync(_identity, cancellationToken);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _nodeSession = new CancellationTokenSource();
        _listenerLoop = _listener.RunAsync(nodeId, ready, _nodeSession.Token);
        await ready.Task.WaitAsync(cancellationToken);
        _sessions.NodeId = nodeId;
        _sessions.Writer.Attach(nodeId);
        _sessions.IsOpen = true;
        SignalWork();
    }

    /// <summary>Another node declared this one dead and adopts its instances: join again as a new node, with none.</summary>
    /// <param name="nodeId">The number that was declared dead. If the node has another one by now, there is nothing to do.</param>
    private async Task RejoinAsync(long nodeId)
    {
        if (nodeId != _sessions.NodeId || Interlocked.Exchange(ref _isRejoining, 1) == 1)
        {
            return;
        }

        _logger.LogWarning("Node {NodeId} was declared dead while it was away; it joins again under a new number", _sessions.NodeId);
        _sessions.IsOpen = false;
        _sessions.DropAll();
        await _nodeSession.CancelAsync();
        await _listenerLoop;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await JoinAsync(_stopping.Token);
                _health.Succeeded(Joining);
                break;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                _health.Failed(Joining, exception);
                TaskHubDataSource.Renew(_dataSource, exception);
                await PauseAsync(_options.HeartbeatInterval);
            }
        }

        Interlocked.Exchange(ref _isRejoining, 0);
    }

    private async Task LeaveAsync()
    {
        try
        {
            var released = await _nodes.LeaveAsync(_sessions.NodeId, CancellationToken.None);
            _logger.LogInformation("Node {NodeId} left; {Count} running orchestrations go on elsewhere", _sessions.NodeId, released);
        }
        catch (Exception exception)
        {
            // Other nodes adopt what it held once they miss its heartbeat.
            _logger.LogWarning("Node {NodeId} could not delete its row: {Reason}", _sessions.NodeId, exception.Message);
        }
    }

    /// <summary>Runs a call of a client, or of a start, and names what is wrong with the database.</summary>
    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException
            && DatabaseErrors.KindOf(exception) is not DatabaseErrorKind.OfTheInstance)
        {
            TaskHubDataSource.Renew(_dataSource, exception);
            var hint = exception is PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } ? Pooler
                : DatabaseErrors.KindOf(exception) is DatabaseErrorKind.Defect ? "Check the schema and the rights of the role."
                : "Check that PostgreSQL runs and that the connection string is right.";
            throw new TaskHubUnavailableException(
                $"Task hub '{_options.TaskHub}' cannot be used at {TaskHubDataSource.Describe(_options)}: {exception.Message} {hint}", exception);
        }
    }
}
