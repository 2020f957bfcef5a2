using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A network between a node and PostgreSQL, or another server, that a test can cut. To PostgreSQL, a node that was cut off has crashed.</summary>
internal sealed class Link : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _host;
    private readonly int _port;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private volatile bool _isCut;
    private volatile bool _swallowsResponses;

    public Link(string connectionString)
        : this(new NpgsqlConnectionStringBuilder(connectionString).Host!, new NpgsqlConnectionStringBuilder(connectionString).Port)
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Port = Port,
            GssEncryptionMode = GssEncryptionMode.Disable,
            SslMode = SslMode.Disable,
        }.ConnectionString;
    }

    public Link(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The connection string of the same database over this network.</summary>
    public string ConnectionString { get; } = string.Empty;

    /// <summary>The port of this machine that leads to the server.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long each piece of a response takes. Default is no time.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Ends all connections, and lets none come up until it is mended.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _sockets.Keys)
        {
            socket.Close(0);
        }
    }

    public void Mend()
    {
        _swallowsResponses = false;
        _isCut = false;
    }

    /// <summary>Requests still arrive; what PostgreSQL responds is lost.</summary>
    public void SwallowResponses() => _swallowsResponses = true;

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                _ = ConnectAsync(near);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        _sockets[near] = _sockets[far] = true;
        try
        {
            if (!_isCut)
            {
                await far.ConnectAsync(_host, _port);
                await Task.WhenAny(PumpAsync(near, far, isResponse: false), PumpAsync(far, near, isResponse: true));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was cut, or PostgreSQL does not run.
        }
        finally
        {
            near.Close(0);
            far.Close(0);
            _sockets.TryRemove(near, out _);
            _sockets.TryRemove(far, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isResponse)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (isResponse && Latency > TimeSpan.Zero)
                {
                    await Task.Delay(Latency);
                }

                for (var sent = 0; sent < count && !(isResponse && _swallowsResponses);)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was cut.
        }
    }
}
