using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>A PgBouncer of a test's own in front of PostgreSQL.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();

    private PgBouncer(Process process, string folder, string connectionString)
    {
        (_process, _folder, ConnectionString) = (process, folder, connectionString);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>The connection string of the same database through it.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one.</summary>
    /// <param name="connectionString">PostgreSQL's.</param>
    /// <param name="mode"><c>transaction</c> or <c>session</c>.</param>
    /// <param name="ignoresOptions">Whether it drops the startup parameter <c>options</c>. It refuses connections with it otherwise.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, string mode, bool ignoresOptions = true)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var port = FreePort();
        var folder = Directory.CreateTempSubdirectory("pgbouncer-").FullName;
        var file = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            * = host={target.Host} port={target.Port} user={target.Username} password={target.Password}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            ignore_startup_parameters = extra_float_digits{(ignoresOptions ? ",options" : string.Empty)}
            """);
        var start = new ProcessStartInfo("/usr/sbin/pgbouncer") { RedirectStandardError = true, UseShellExecute = false };
        if (!OperatingSystem.IsWindows() && Environment.UserName == "root")
        {
            // It does not run as root: it becomes this user, who has to read its file.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            start.ArgumentList.Add("--user=nobody");
        }

        start.ArgumentList.Add(file);
        var pooled = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable };
        var bouncer = new PgBouncer(new Process { StartInfo = start, EnableRaisingEvents = true }, folder, pooled.ConnectionString);
        bouncer._process.Start();
        bouncer._process.BeginErrorReadLine();
        await Task.WhenAny(bouncer._listens.Task, bouncer._process.WaitForExitAsync()).WaitAsync(StartTimeout);
        Assert.True(bouncer._listens.Task.IsCompleted, $"PgBouncer has ended: {bouncer._output}");
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        _output.AppendLine(line);
        if (line?.Contains("process up", StringComparison.Ordinal) is true)
        {
            _listens.TrySetResult();
        }
    }
}
