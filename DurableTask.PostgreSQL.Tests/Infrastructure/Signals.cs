using System.Diagnostics;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>POSIX signals to processes that the tests started.</summary>
internal static class Signals
{
    public static async Task SendAsync(string signal, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill") { ArgumentList = { $"-{signal}", process.ToString() } })!;
        await kill.WaitForExitAsync();
    }
}

/// <summary>A process that is paused until this is disposed.</summary>
internal sealed class PausedProcess : IDisposable
{
    private readonly int _process;

    public PausedProcess(int process)
    {
        _process = process;
        Signals.SendAsync("STOP", process).GetAwaiter().GetResult();
    }

    public void Dispose() => Signals.SendAsync("CONT", _process).GetAwaiter().GetResult();
}
