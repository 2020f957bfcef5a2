using Endurance.Machine;

namespace Endurance.Scale;

/// <summary>All scale trials, one after another, each in a database of its own.</summary>
internal sealed class ScaleRun(DatabaseServer server, CommandLine options)
{
    /// <returns>Whether every guarantee held.</returns>
    public async Task<bool> RunAsync()
    {
        var waiting = options.Number("waiting", 100_000);
        var adopted = options.Number("adopted", 10_000);
        var filled = options.Number("filled", 1_000_000);
        var kept = true;
        kept &= await TryAsync("memory", $"{waiting} instances wait within 300 MB", hub => MemoryTrial.RunAsync(hub, waiting));
        kept &= await TryAsync("adopt", $"{adopted} instances of a dead node go on within 3 s", hub => AdoptTrial.RunAsync(hub, adopted));
        kept &= await TryAsync("step", "A step costs the same in a full database", hub => StepTrial.RunAsync(hub, server, filled));
        kept &= await TryAsync("nodes", "Two nodes do 1.8 times as much as one", NodesTrial.RunAsync);
        return kept;
    }

    private async Task<bool> TryAsync(string key, string promise, Func<Hub, Task<bool>> trial)
    {
        if (options.Text("only") is { } only && only != key)
        {
            return true;
        }

        Console.WriteLine($"{promise} …");
        var database = await server.CreateDatabaseAsync(key);
        await using var hub = new Hub(database);
        var kept = await trial(hub);
        Console.WriteLine(kept ? "kept" : "BROKEN");
        Console.WriteLine();
        await server.DropDatabaseAsync(database);
        return kept;
    }
}
