using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace EmbeddedHost;

/// <summary>One address that the app listens at.</summary>
/// <param name="Host">A host name, an IP address, or <c>*</c> or <c>+</c> for all.</param>
/// <param name="Port">From 1 to 65535.</param>
internal sealed record ListenAddress(string Host, int Port)
{
    // A process that is just ending may still hold its port for a moment.
    private static readonly TimeSpan PortReleaseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The address that a program on this machine reaches it at.</summary>
    public Uri Local => new($"http://{(IsAny ? "localhost" : Host)}:{Port.ToString(CultureInfo.InvariantCulture)}");

    private bool IsAny => Host is "*" or "+" or "0.0.0.0" or "[::]";

    /// <summary>Reads addresses separated by semicolons.</summary>
    /// <exception cref="HostFailure">One is no <c>http://host:port</c>.</exception>
    public static IReadOnlyList<ListenAddress> ParseAll(string urls)
    {
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse).ToList();
        return addresses.Count > 0 ? addresses : throw new HostFailure("--urls needs an address such as http://localhost:7071.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"http://{Host}:{Port}");

    /// <summary>Makes sure that nothing listens there yet.</summary>
    /// <exception cref="HostFailure">The port is taken, or the address is not one of this machine.</exception>
    public async Task EnsureFreeAsync(CancellationToken cancellationToken)
    {
        SocketError? problem = null;
        if (await Wait.UntilAsync(() => (problem = TryListen()) is null, PortReleaseTimeout, cancellationToken)) return;

        throw new HostFailure(problem switch
        {
            SocketError.AddressAlreadyInUse => $"{this} is taken: another program listens on port {Port}. Stop it, or choose another address with --urls.",
            SocketError.AccessDenied => $"{this}: this user may not listen on port {Port}. Choose another address with --urls.",
            _ => $"{this} cannot be listened at ({problem}). Choose another address with --urls.",
        });
    }

    private static ListenAddress Parse(string url)
    {
        // Uri does not take the wildcards that ASP.NET Core does.
        var wildcard = url.StartsWith("http://*:", StringComparison.Ordinal) || url.StartsWith("http://+:", StringComparison.Ordinal);
        var readable = wildcard ? $"http://0.0.0.0{url["http://*".Length..]}" : url;

        if (!Uri.TryCreate(readable, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
            throw new HostFailure($"--urls: '{url}' is not an address such as http://localhost:7071.");
        if (uri.Port == 0)
            throw new HostFailure($"--urls: '{url}' needs a port from 1 to 65535.");
        return new ListenAddress(wildcard ? url["http://".Length..][..1] : uri.Host, uri.Port);
    }

    private SocketError? TryListen()
    {
        try
        {
            foreach (var address in Resolve())
            {
                using var listener = new TcpListener(address, Port);
                listener.Start();
            }

            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private IEnumerable<IPAddress> Resolve()
    {
        if (IsAny) return [IPAddress.Any];
        if (Host == "localhost") return Socket.OSSupportsIPv6 && HasIPv6Loopback() ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        return IPAddress.TryParse(Host.Trim('[', ']'), out var address) ? [address] : [IPAddress.Any];
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var probe = new TcpListener(IPAddress.IPv6Loopback, 0);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false; // A container without IPv6: ASP.NET Core listens on IPv4 alone there.
        }
    }
}
