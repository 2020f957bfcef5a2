namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>
/// The external events of one orchestration: those that came before anybody waited, and those who wait. Names match without regard
/// to case.
/// </summary>
/// <remarks>
/// Early events are handed out first in, first out. Of two waiters the later one is served first, and a waiter that was cancelled
/// still takes its event, as on the official engine.
/// </remarks>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Queue<string?>> _early = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Stack<(Type Type, Action<string?> Take)>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Name, string? Data)> _unprocessed = [];

    /// <summary>Events that no wait has taken, in the order they came.</summary>
    public IReadOnlyList<(string Name, string? Data)> Unprocessed => _unprocessed;

    /// <summary>Events that came after the run had asked to begin anew: the next run's, whatever becomes of the others.</summary>
    public List<(string Name, string? Data)> ForTheNextRun { get; } = [];

    public void Raise(string name, string? data)
    {
        if (_waiters.TryGetValue(name, out var waiters) && waiters.TryPop(out var waiter))
        {
            waiter.Take(data);
            return;
        }

        if (!_early.TryGetValue(name, out var queue))
        {
            _early[name] = queue = new Queue<string?>();
        }

        queue.Enqueue(data);
        _unprocessed.Add((name, data));
    }

    /// <summary>Takes the oldest early event of the name.</summary>
    public bool TryTake(string name, out string? data)
    {
        if (!_early.TryGetValue(name, out var queue) || !queue.TryDequeue(out data))
        {
            data = null;
            return false;
        }

        _unprocessed.RemoveAt(_unprocessed.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase)));
        return true;
    }

    /// <summary>Waits for the next event of the name.</summary>
    /// <exception cref="ArgumentException">Somebody waits for an event of that name already, of another type.</exception>
    public void Wait(string name, Type type, Action<string?> waiter)
    {
        if (!_waiters.TryGetValue(name, out var waiters))
        {
            _waiters[name] = waiters = new Stack<(Type, Action<string?>)>();
        }

        if (waiters.TryPeek(out var last) && last.Type != type)
        {
            throw new ArgumentException(
                $"Event '{name}' is awaited as {last.Type.FullName} already and cannot be awaited as {type.FullName} as well.");
        }

        waiters.Push((type, waiter));
    }

    /// <summary>Whether anybody waits for an event.</summary>
    public bool HasWaiters => _waiters.Values.Any(w => w.Count > 0);
}
