using EmbeddedHost.LocalServices;
using Npgsql;

namespace Endurance.Machine;

/// <summary>The PostgreSQL server of a trial: one of its own, as EmbeddedHost runs it, or one that is there.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _connectionString;
    private readonly DataFolder? _folder;
    private readonly ServicesSupervisor? _services;

    private DatabaseServer(string connectionString, DataFolder? folder, ServicesSupervisor? services)
    {
        _connectionString = connectionString;
        _folder = folder;
        _services = services;
    }

    /// <summary>Where the trial keeps its database and its nodes' logs: git ignores it.</summary>
    public static string DataDirectory => Path.Combine(RepositoryRoot(), ".atelier", "endurance");

    /// <summary>Whether the server is this run's own, to be stopped and killed.</summary>
    public bool IsOwn => _services is not null;

    /// <summary>The process id of the server of this run.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_folder!.Path, "postgres", "data", "postmaster.pid")).First());

    /// <param name="connectionString">A server that is there; <see langword="null"/>: one is started.</param>
    public static async Task<DatabaseServer> StartAsync(string? connectionString)
    {
        if (connectionString is not null)
        {
            return new DatabaseServer(connectionString, null, null);
        }

        var folder = await DataFolder.OpenAsync(DataDirectory, CancellationToken.None);
        var password = await folder.PasswordAsync(CancellationToken.None);
        var (services, plan) = await ServicesSupervisor.StartAsync(
            folder,
            () =>
            {
                var old = Path.Combine(folder.Path, "postgres");
                if (Directory.Exists(old))
                {
                    Directory.Delete(old, recursive: true);
                }

                return new ServicesPlan(new PostgresPlan(folder.Ports.Reserve("postgres"), password), Azurite: null);
            },
            _ => { },
            CancellationToken.None);
        return new DatabaseServer(plan.Postgres!.ConnectionString, folder, services);
    }

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync(string purpose)
    {
        var name = $"endurance_{purpose}_{Guid.NewGuid():N}"[..40];
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    public async Task DropDatabaseAsync(string database)
    {
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand($"drop database if exists {name} with (force)");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the server, keeps it away for a while, and waits until it answers again.</summary>
    /// <param name="kill">With SIGKILL; otherwise by a fast shutdown.</param>
    /// <param name="away">How long nobody starts it again: its supervisor is held for so long.</param>
    public async Task RestartAsync(bool kill, TimeSpan away)
    {
        var server = ProcessId;
        var supervisor = ProcessFigures.Parent(server);
        Signals.Send(supervisor, Signals.Stop);
        try
        {
            Signals.Send(server, kill ? Signals.Kill : Signals.Interrupt);
            await Task.Delay(away);
        }
        finally
        {
            Signals.Send(supervisor, Signals.Continue);
        }

        await Until.TrueAsync(AnswersAsync, Patience, "PostgreSQL to answer again");
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _folder?.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
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

        throw new EnduranceException("It runs inside the repository.");
    }
}
