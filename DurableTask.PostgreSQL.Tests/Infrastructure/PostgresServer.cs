using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Infrastructure;

/// <summary>
/// A PostgreSQL server, empty at its start, that the repository's own script runs for as long as this process lives. One of them serves all tests that
/// do not stop it.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Common = new(() => StartAsync("dtests"));

    private readonly Process _script;
    private readonly FileStream _lock;
    private readonly string _folder;

    private PostgresServer(Process script, FileStream held, string folder, int port, string password)
    {
        _script = script;
        _lock = held;
        _folder = folder;
        ConnectionString = $"Host=127.0.0.1;Port={port};Database=atelier;Username=atelier;Password={password}";
    }

    /// <summary>The superuser's connection string of the server's first database.</summary>
    public string ConnectionString { get; }

    /// <summary>The server that the tests share.</summary>
    public static Task<PostgresServer> SharedAsync() => Common.Value;

    /// <summary>Starts a server in a folder of its own below <c>.atelier</c>, which git ignores.</summary>
    public static async Task<PostgresServer> StartAsync(string name)
    {
        var root = RepositoryRoot();
        var folder = Path.Combine(root, ".atelier", name);
        Directory.CreateDirectory(folder);
        var held = await LockAsync(Path.Combine(folder, "tests.lock"));
        ShareInstalledPackages(root, folder);
        var script = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList = { Path.Combine(root, "EmbeddedHost", "services", "services.mjs"), "--data", folder },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        // By then every process of the previous run has ended.
        await ExpectAsync(script, "installed");
        var cluster = Path.Combine(folder, "postgres");
        if (Directory.Exists(cluster))
        {
            Directory.Delete(cluster, recursive: true);
        }

        var (port, password) = (FreePort(), Guid.NewGuid().ToString("N"));
        await script.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { postgres = new { port, password } }));
        await script.StandardInput.FlushAsync();
        await ExpectAsync(script, "ready");
        _ = script.StandardOutput.ReadToEndAsync();
        var server = new PostgresServer(script, held, folder, port, password);
        await Sql.ExecuteAsync(server.ConnectionString, "alter system set fsync = off", "alter system set log_min_messages = 'fatal'", "select pg_reload_conf()");
        return server;
    }

    /// <summary>Makes a database.</summary>
    /// <returns>The superuser's connection string for it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"d{Guid.NewGuid():N}";
        await Sql.ExecuteAsync(ConnectionString, $"create database {name}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Stops PostgreSQL with its fast shutdown, and keeps it stopped until the result is disposed.</summary>
    public async Task<IDisposable> StopPostgresAsync()
    {
        var processes = JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(Path.Combine(_folder, "processes.json")))!;
        var pause = new PausedProcess(processes["supervisor"]);
        await Signals.SendAsync("INT", processes["postgres"]);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await Sql.ExecuteAsync(ConnectionString, "select 1");
                return false;
            }
            catch (NpgsqlException)
            {
                return true;
            }
        });
        return pause;
    }

    public void Dispose()
    {
        _script.StandardInput.Close();
        _script.WaitForExit();
        _script.Dispose();
        _lock.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// What the product's tests have installed already is used here as well, unless it is not what the script would install: both test runs would do so
    /// at once then.
    /// </summary>
    private static void ShareInstalledPackages(string root, string folder)
    {
        var lists = Path.Combine(root, "EmbeddedHost", "services");
        var version = Convert.ToHexString(SHA256.HashData(
            [.. File.ReadAllBytes(Path.Combine(lists, "package.json")), .. File.ReadAllBytes(Path.Combine(lists, "package-lock.json"))]));
        var installed = Path.Combine(root, ".atelier", "tests", "services");
        var stamp = Path.Combine(installed, ".installed");
        var isCurrent = File.Exists(stamp) && File.ReadAllText(stamp).StartsWith(version, StringComparison.OrdinalIgnoreCase);
        var here = new DirectoryInfo(Path.Combine(folder, "services"));
        if (here.LinkTarget is not null && !isCurrent)
        {
            here.Delete();
        }
        else if (isCurrent && !here.Exists)
        {
            Directory.CreateSymbolicLink(here.FullName, installed);
        }
    }

    private static async Task<FileStream> LockAsync(string file)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task ExpectAsync(Process script, string milestone)
    {
        while (await script.StandardOutput.ReadLineAsync() is { } line)
        {
            using var message = JsonDocument.Parse(line);
            var name = message.RootElement.GetProperty("event").GetString();
            if (name == milestone)
            {
                return;
            }

            if (name is "failed")
            {
                throw new InvalidOperationException($"PostgreSQL did not start: {message.RootElement.GetProperty("text").GetString()}");
            }
        }

        throw new InvalidOperationException("The script that runs PostgreSQL ended.");
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Atelier.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
