using System.Collections.Concurrent;
using System.Net;

namespace Atelier.Notifications.Webhooks;

/// <summary>Resolves host names.</summary>
public interface IHostNames
{
    /// <summary>The addresses of a host; those of an address are itself.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It has none.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Resolves with the operating system.</summary>
/// <remarks>
/// On Linux a lookup keeps its thread until the name server responds. It has one of its own, so that slow name servers do not use up the thread pool,
/// which everything else in the process needs. A name is looked up once at a time.
/// </remarks>
/// <param name="lookUp">Looks a name up, and blocks meanwhile. Default is the operating system's.</param>
internal sealed class SystemHostNames(Func<string, IPAddress[]>? lookUp = null) : IHostNames
{
    private const int StackSize = 512 * 1024;

    private readonly ConcurrentDictionary<string, Lazy<Task<IPAddress[]>>> _running = new(StringComparer.OrdinalIgnoreCase);
    private readonly Func<string, IPAddress[]> _lookUp = lookUp ?? Dns.GetHostAddresses;

    /// <inheritdoc/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        _running.GetOrAdd(host, name => new Lazy<Task<IPAddress[]>>(() => StartLookup(name))).Value.WaitAsync(cancellationToken);

    private Task<IPAddress[]> StartLookup(string host)
    {
        var result = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    var addresses = _lookUp(host);
                    _running.TryRemove(host, out _);
                    result.SetResult(addresses);
                }
                catch (Exception exception)
                {
                    _running.TryRemove(host, out _);
                    result.SetException(exception);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = "name lookup",
        };
        thread.Start();
        return result.Task;
    }
}
