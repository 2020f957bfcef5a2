using System.Net;
using System.Net.Sockets;

namespace Atelier.Notifications.Webhooks;

/// <summary>Decides which addresses webhooks may have: only those on the public internet.</summary>
public sealed class WebhookTarget(IHostNames hostNames, WebhookOptions options, TimeProvider timeProvider)
{
    /// <summary>The longest URL, in characters.</summary>
    public const int MaxLength = 2000;

    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Checks the URL of a new webhook. It is checked again at each connection, because names can be rebound.</summary>
    /// <returns>What it must be, where it is not.</returns>
    public async Task<string?> FindFaultAsync(string url, CancellationToken cancellationToken)
    {
        if (url.Length > MaxLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return $"must be an absolute URL of at most {MaxLength} characters.";
        if (uri.Scheme != Uri.UriSchemeHttps && !(options.AllowPrivateTargets && uri.Scheme == Uri.UriSchemeHttp))
            return "must begin with https://.";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return "must have neither a user nor a fragment.";
        if (uri.Port == 0)
            return "must have a port that can be called.";

        using var timeout = new CancellationTokenSource(ResolveTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await ResolveAsync(uri.IdnHost, either.Token);
            return null;
        }
        catch (TargetNotAllowedException)
        {
            return "must lead to the public internet, not to a private, loopback or link-local address.";
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return "must name a host that can be resolved.";
        }
    }

    /// <summary>Connects to a host: resolves it once, checks every address, and goes to one of exactly these.</summary>
    /// <exception cref="TargetNotAllowedException">One of its addresses is not public.</exception>
    /// <exception cref="SocketException">It has no address, or none accepts a connection.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(endPoint.Host, cancellationToken);
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, endPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                failure = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = await hostNames.ResolveAsync(host.Trim('[', ']'), cancellationToken);
        // All of them must be allowed, not only the first that works: a name with addresses of both kinds would pass on some attempt.
        if (!options.AllowPrivateTargets && !Array.TrueForAll(addresses, PublicAddress.Is))
            throw new TargetNotAllowedException();
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }
}

/// <summary>A webhook's host resolves to an address that is not public.</summary>
public sealed class TargetNotAllowedException() : Exception("The host resolves to an address that is not on the public internet.");
