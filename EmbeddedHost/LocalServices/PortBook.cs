using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace EmbeddedHost.LocalServices;

/// <summary>
/// The loopback port of each local service, kept in a file so that addresses stay the same from one start to the next. A port
/// that something else has taken in the meantime is replaced.
/// </summary>
internal sealed class PortBook(string file)
{
    private readonly Dictionary<string, int> _ports = Load(file);

    /// <summary>
    /// A port that is free now: the one preferred, else the one kept under that name, else any. Nothing holds it until the
    /// service listens.
    /// </summary>
    public int Reserve(string name, int? preferred = null)
    {
        var port = Candidates(name, preferred).FirstOrDefault(IsUsable);
        if (port == 0) port = AnyFree();
        if (_ports.TryGetValue(name, out var kept) && kept == port) return port;

        _ports[name] = port;
        File.WriteAllText($"{file}.new", JsonSerializer.Serialize(_ports));
        File.Move($"{file}.new", file, overwrite: true);
        return port;
    }

    /// <summary>The port that a file keeps under a name; <see langword="null"/> for none.</summary>
    public static int? Find(string file, string name) => Load(file).TryGetValue(name, out var port) ? port : null;

    private IEnumerable<int> Candidates(string name, int? preferred)
    {
        if (preferred is { } port && !IsReservedForAnother(name, port)) yield return port;
        if (_ports.TryGetValue(name, out var kept)) yield return kept;
    }

    private bool IsReservedForAnother(string name, int port) => _ports.Any(entry => entry.Key != name && entry.Value == port);

    private int AnyFree()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (!_ports.ContainsValue(port)) return port;
        }
    }

    private static bool IsUsable(int port)
    {
        if (port is < 1 or > 65535) return false;
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Dictionary<string, int> Load(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(file)) ?? [] : [];
        }
        catch (JsonException)
        {
            return []; // Edited by hand and broken: new ports do no harm.
        }
    }
}
