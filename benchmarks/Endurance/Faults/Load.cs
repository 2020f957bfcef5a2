using System.Collections.Concurrent;
using System.Net;
using Endurance.Node;
using Npgsql;

namespace Endurance.Faults;

/// <summary>One instance that a trial has tried to start.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its orchestrator.</param>
/// <param name="N">Its input.</param>
internal sealed record Asked(string Id, string Kind, long N)
{
    /// <summary>Whether the node responded with 202: then the instance must not be lost.</summary>
    public bool Accepted { get; set; }
}

/// <summary>Keeps a number of instances under way, of all kinds, started on nodes at random.</summary>
internal sealed class Load(Fleet fleet, NpgsqlDataSource database, string scenario, int seed, int atOnce) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);

    private readonly ConcurrentBag<Task> _requests = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Asked> _asked = new();
    private Task _loop = Task.CompletedTask;
    private int _openRequests;

    /// <summary>All instances that it tried to start, accepted or not.</summary>
    public IReadOnlyCollection<Asked> Asked => _asked;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Starts no more, and waits for the responses that are due.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_requests);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        var random = new Random(seed);
        var number = 0;
        while (!_stop.IsCancellationRequested)
        {
            for (var room = atOnce - Volatile.Read(ref _openRequests) - await UnderWayAsync(); room > 0 && fleet.Any(random) is { } node; room--)
            {
                var kind = Expected.Kinds[random.Next(Expected.Kinds.Length)];
                var asked = new Asked($"{scenario}-{++number}", kind, random.NextInt64(1L << 40));
                _asked.Enqueue(asked);
                _requests.Add(AskAsync(asked, node, random.Next()));
            }

            await Task.Delay(Pause);
        }
    }

    private async Task AskAsync(Asked asked, Machine.NodeProcess node, int eventSeed)
    {
        using var limit = new CancellationTokenSource(RequestTimeout);
        Interlocked.Increment(ref _openRequests);
        asked.Accepted = await node.PostAsync($"start/{asked.Kind}/{asked.Id}/{asked.N}", limit.Token) is HttpStatusCode.Accepted;
        Interlocked.Decrement(ref _openRequests);
        if (asked.Kind == Orchestrations.Event)
        {
            await StartUntilItExistsAsync(asked, new Random(eventSeed));
            await RaiseAsync(asked, new Random(eventSeed));
        }
    }

    /// <summary>
    /// Starts an instance again until a node says that it exists. A start without a response may still be committed later, after an event for it was refused.
    /// </summary>
    private async Task StartUntilItExistsAsync(Asked asked, Random random)
    {
        for (var exists = asked.Accepted; !exists;)
        {
            await Task.Delay(Pause);
            if (fleet.Any(random) is { } node)
            {
                using var limit = new CancellationTokenSource(RequestTimeout);
                exists = await node.PostAsync($"start/{asked.Kind}/{asked.Id}/{asked.N}", limit.Token) is HttpStatusCode.Accepted or HttpStatusCode.Conflict;
            }
        }
    }

    /// <summary>Raises the event until a node has accepted it, or until the instance has ended.</summary>
    private async Task RaiseAsync(Asked asked, Random random)
    {
        await Task.Delay(random.Next(600));
        while (true)
        {
            if (fleet.Any(random) is { } node)
            {
                using var limit = new CancellationTokenSource(RequestTimeout);
                var status = await node.PostAsync($"raise/{asked.Id}/{Expected.EventFor(asked.N)}", limit.Token);
                if (status is HttpStatusCode.Accepted || (status is HttpStatusCode.Conflict && await HasEndedAsync(asked.Id)))
                {
                    return;
                }
            }

            await Task.Delay(Pause);
        }
    }

    private async Task<bool> HasEndedAsync(string id)
    {
        try
        {
            await using var command = database.CreateCommand("select status in (1, 3, 4, 5) from durable.instances where id = $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
            return await command.ExecuteScalarAsync() is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<int> UnderWayAsync()
    {
        try
        {
            await using var command = database.CreateCommand("select count(*)::int from durable.instances where status not in (1, 3, 4, 5)");
            return (int)(await command.ExecuteScalarAsync())!;
        }
        catch (NpgsqlException)
        {
            return atOnce;
        }
    }
}
