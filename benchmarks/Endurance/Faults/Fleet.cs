using Endurance.Machine;

namespace Endurance.Faults;

/// <summary>The node processes of a scenario, each in a slot where the next one follows the one that was killed.</summary>
internal sealed class Fleet(string scenario, NodeSettings settings, int size) : IAsyncDisposable
{
    private readonly NodeProcess?[] _nodes = new NodeProcess?[size];
    private readonly bool[] _ready = new bool[size];
    private readonly int[] _incarnations = new int[size];

    public int Size => size;

    public NodeProcess At(int slot) => _nodes[slot] ?? throw new EnduranceException($"No node was started in slot {slot}.");

    public Task StartAllAsync() => Task.WhenAll(Enumerable.Range(0, size).Select(async slot =>
    {
        Start(slot);
        if (!await BecomesReadyAsync(slot))
        {
            throw new EnduranceException($"Node {At(slot).Name} did not start: see its log.");
        }
    }));

    public void Start(int slot) => _nodes[slot] = NodeProcess.Start($"{scenario}-{slot + 1}-{++_incarnations[slot]}", settings);

    public async Task<bool> BecomesReadyAsync(int slot) => _ready[slot] = await At(slot).IsReadyAsync();

    /// <summary>Sends no more load to it.</summary>
    public void Avoid(int slot) => _ready[slot] = false;

    public void Use(int slot) => _ready[slot] = true;

    /// <summary>kill -9 of the process in a slot, which is recorded.</summary>
    public async Task KillAsync(int slot, FaultLog faults)
    {
        _ready[slot] = false;
        var node = At(slot);
        var at = FaultLog.Now;
        await node.DisposeAsync();
        faults.Add(new Fault(node.Name, at, FaultLog.Now));
    }

    /// <summary>Any node that takes load; <see langword="null"/> when there is none.</summary>
    public NodeProcess? Any(Random random)
    {
        var first = random.Next(size);
        for (var i = 0; i < size; i++)
        {
            var slot = (first + i) % size;
            if (_ready[slot])
            {
                return _nodes[slot];
            }
        }

        return null;
    }

    /// <summary>Whether every process still runs; one that ended without being killed broke down.</summary>
    public IEnumerable<string> Broken() => _nodes.Where(n => n is { HasEnded: true }).Select(n => n!.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }
    }
}
