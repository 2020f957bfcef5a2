using System.Runtime.InteropServices;

namespace EmbeddedHost;

/// <summary>Ctrl+C and SIGTERM as a token, so that a stop is in order at every moment, also before the app runs.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT];
        _registrations = Array.ConvertAll(signals, signal => PosixSignalRegistration.Create(signal, Handle));
    }

    /// <summary>Canceled once the host has been asked to stop.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        // The first signal stops the host in order. A second one ends the process, and the services end with it.
        context.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
