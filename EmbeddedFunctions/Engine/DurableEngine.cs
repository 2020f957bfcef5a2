using System.Threading.Channels;
using EmbeddedFunctions.Engine.Nodes;
using EmbeddedFunctions.Engine.Orchestration;
using EmbeddedFunctions.Engine.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EmbeddedFunctions.Engine;

/// <summary>
/// A node of a task hub: takes orchestrations that want to run, keeps them running, says that it lives, buries nodes that do not, and
/// hands everything over when it stops.
/// </summary>
internal sealed partial class DurableEngine : IHostedService, IAsyncDisposable
{
    /// <summary>The most instances taken in one go: their histories are loaded together.</summary>
    private const int AcquireBatch = 500;

    /// <summary>
    /// Every statement of the engine finds its rows by a key. Planned while a table is still small it would scan the table instead, and
    /// the kept plan would go on doing so while the table grows.
    /// </summary>
    private const string PlannerOptions = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <summary>How long an orchestration waits in memory before it is evicted when others wait for its place.</summary>
    private static readonly TimeSpan PressedIdle = TimeSpan.FromMilliseconds(200);

    private readonly EngineOptions _options;
    private readonly EngineClock _clock;
    private readonly ILogger<DurableEngine> _logger;
    private readonly NpgsqlDataSource _dataSource;
    private readonly NodeStore _nodes;
    private readonly SessionListener _listener;
    private readonly MachineIdentity _identity = MachineIdentity.Current();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _workSignal = NewSignal();
    private readonly Channel<bool> _mailSignal = NewSignal();
    private readonly List<Task> _loops = [];
    private readonly TimerQueue _timers;
    private readonly ActivityDispatcher _activities;
    private readonly CancellationTokenSource _writerStop = new();
    private CancellationTokenSource _session = new();
    private Task _writerLoop = Task.CompletedTask;
    private Task _listenerLoop = Task.CompletedTask;
    private int _rejoining;

    /// <summary>
    /// Since when this node has beaten without a break. The silence of others says nothing about them until the database, or this node,
    /// was back for long enough.
    /// </summary>
    private long? _beatingSince;
    private long _lastBeat;
    private bool _takenInDoubt;
    private bool _wantsRoom;

    public DurableEngine(
        EngineOptions options,
        IDurableFunctions functions,
        TimeProvider timeProvider,
        EngineMetrics metrics,
        ILoggerFactory loggerFactory)
    {
        _options = options;
        _clock = new EngineClock(timeProvider);
        _logger = loggerFactory.CreateLogger<DurableEngine>();
        var channel = $"{options.Schema}_engine";
        var given = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        _dataSource = EngineDataSource.Create(
            new NpgsqlConnectionStringBuilder(options.ConnectionString)
            {
                Options = $"{given.Options} {PlannerOptions}".TrimStart(),
                ApplicationName = $"durable engine ({options.Schema})",
                MaxAutoPrepare = 64,
                AutoPrepareMinUsages = 2,
                NoResetOnClose = true,
                MaxPoolSize = 16,
                Enlist = false,
                KeepAlive = 10,
            },
            options.Schema);
        _nodes = new NodeStore(_dataSource, options.Schema, channel);
        _listener = new SessionListener(_dataSource, channel, _clock, loggerFactory.CreateLogger<SessionListener>());
        Store = new HubStore(_dataSource, options.Schema, channel);
        Rewinder = new Rewinder(_dataSource, Store, options.Schema, channel, _clock);
        var writer = new GroupCommitWriter(
            _dataSource,
            new CommitSql(options.Schema),
            channel,
            _clock,
            metrics,
            loggerFactory.CreateLogger<GroupCommitWriter>());
        _activities = new ActivityDispatcher(functions, options, metrics, loggerFactory.CreateLogger<ActivityDispatcher>());
        _timers = new TimerQueue(_clock);
        Host = new InstanceHost(functions, options, _clock, metrics, writer, _activities, _timers, loggerFactory);
        metrics.ObserveLive(() => Host.Count);
        metrics.ObserveBacklog(() => _activities.Backlog);

        _listener.WorkIsReady += SignalWork;
        _listener.MailHasCome += SignalMail;
        Host.Left += isOver =>
        {
            if (!isOver || Volatile.Read(ref _wantsRoom))
            {
                SignalWork();
            }
        };
        Host.MailWanted += SignalMail;
        Host.ChildrenInDoubt += (instance, children) => _ = ConfirmChildrenAsync(instance, children);
        writer.Fenced += () => _ = RejoinAsync();
    }

    public HubStore Store { get; }

    public Rewinder Rewinder { get; }

    public InstanceHost Host { get; }

    public EngineOptions Options => _options;

    public EngineClock Clock => _clock;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await TaskHubSchema.EnsureAsync(_dataSource, _options.Schema, cancellationToken);
        await JoinAsync(cancellationToken);
        _writerLoop = Host.Writer.RunAsync(_writerStop.Token);
        _loops.Add(RepeatAsync("acquiring", AcquireAsync));
        _loops.Add(RepeatAsync("reading the inbox", ReadInboxAsync));
        _loops.Add(RepeatAsync("the heartbeat", BeatAsync));
        _loops.Add(RepeatAsync("sweeping", SweepAsync));
        _logger.LogInformation("Node {NodeId} joined task hub {Schema}", Host.NodeId, _options.Schema);
    }

    /// <summary>Running activities end, as far as the drain time allows; the rest is handed over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        Host.IsOpen = false;
        await _stopping.CancelAsync();
        await Task.WhenAll(_loops);
        await Task.WhenAny(_activities.StopAsync(), Task.Delay(_options.DrainTimeout, _clock.TimeProvider, cancellationToken));
        await Task.WhenAny(Host.HandOverAllAsync(), Task.Delay(_options.DrainTimeout, _clock.TimeProvider, cancellationToken));
        Host.Writer.Complete();
        await Task.WhenAny(_writerLoop, Task.Delay(_options.DrainTimeout, _clock.TimeProvider, cancellationToken));
        await _writerStop.CancelAsync();
        await _writerLoop;
        Host.AbandonAll();
        await _session.CancelAsync();
        await _listenerLoop;
        try
        {
            var left = await _nodes.LeaveAsync(Host.NodeId, cancellationToken);
            _logger.LogInformation("Node {NodeId} left; {Count} running instances go on elsewhere", Host.NodeId, left);
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) || exception is OperationCanceledException)
        {
            _logger.LogWarning("Node {NodeId} could not say goodbye: {Reason}", Host.NodeId, exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested && _loops.Count > 0)
        {
            await StopAsync(CancellationToken.None);
        }

        _timers.Dispose();
        await Host.Writer.DisposeAsync();
        await _dataSource.DisposeAsync();
        _session.Dispose();
        _writerStop.Dispose();
        _stopping.Dispose();
    }

    private static Channel<bool> NewSignal() =>
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private void SignalWork() => _workSignal.Writer.TryWrite(item: true);

    private void SignalMail() => _mailSignal.Writer.TryWrite(item: true);

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var nodeId = await _nodes.RegisterAsync(_identity, cancellationToken);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _session = new CancellationTokenSource();
        _listenerLoop = _listener.RunAsync(nodeId, ready, _session.Token);
        await ready.Task.WaitAsync(cancellationToken);
        Host.NodeId = nodeId;
        Host.Writer.Attach(nodeId);
        Host.IsOpen = true;
        SignalWork();
    }

    /// <summary>Another node declared this one dead and has what it held: begin again as a new node, with nothing.</summary>
    private async Task RejoinAsync()
    {
        if (Interlocked.Exchange(ref _rejoining, 1) == 1)
        {
            return;
        }

        _logger.LogWarning("Node {NodeId} was declared dead while it was away; it joins again under a new number", Host.NodeId);
        Host.IsOpen = false;
        Host.AbandonAll();
        await _session.CancelAsync();
        await _listenerLoop;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await JoinAsync(_stopping.Token);
                break;
            }
            catch (Exception exception) when (DatabaseErrors.IsOutage(exception))
            {
                await PauseAsync(_options.HeartbeatInterval);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        Interlocked.Exchange(ref _rejoining, 0);
    }
}
