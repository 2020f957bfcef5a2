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
internal sealed class SystemHostNames : IHostNames
{
    /// <inheritdoc/>
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, cancellationToken);
}
