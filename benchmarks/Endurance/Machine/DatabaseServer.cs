using Npgsql;

namespace Endurance.Machine;

/// <summary>The PostgreSQL server of a trial: one of its own, or an existing one.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private static readonly TimeSpan RestartsWithin = TimeSpan.FromSeconds(90);

    private readonly string _connectionString;
    private readonly LocalPostgres? _own;

    private DatabaseServer(string connectionString, LocalPostgres? own)
    {
        _connectionString = connectionString;
        _own = own;
    }

    /// <summary>Where the trial keeps its database and its nodes' logs: git ignores it.</summary>
    public static string DataDirectory => Path.Combine(RepositoryRoot(), ".atelier", "endurance");

    /// <summary>Whether the server is this run's own, to be stopped and killed.</summary>
    public bool IsOwn => _own is not null;

    /// <summary>The process id of the server of this run.</summary>
    public int ProcessId => _own!.ProcessId;

    /// <param name="connectionString">An existing server; <see langword="null"/>: one is started.</param>
    public static async Task<DatabaseServer> StartAsync(string? connectionString)
    {
        if (connectionString is not null)
        {
            return new DatabaseServer(connectionString, null);
        }

        var own = await LocalPostgres.StartAsync(Path.Combine(RepositoryRoot(), "EmbeddedHost", "services"), DataDirectory);
        return new DatabaseServer(own.ConnectionString, own);
    }

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync(string purpose)
    {
        var name = $"endurance_{purpose}_{Guid.NewGuid():N}"[..40];
        await ExecuteAsync($"create database {name}");
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ConnectionString;
    }

    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    /// <summary>Ends the server, keeps it away for a while, and waits until it responds again.</summary>
    /// <param name="kill">With SIGKILL; otherwise by a fast shutdown.</param>
    /// <param name="away">How long it stays away: its supervisor is paused for that time.</param>
    public async Task RestartAsync(bool kill, TimeSpan away)
    {
        Signals.Send(_own!.SupervisorProcessId, Signals.Stop);
        try
        {
            Signals.Send(_own.ProcessId, kill ? Signals.Kill : Signals.Interrupt);
            await Task.Delay(away);
        }
        finally
        {
            Signals.Send(_own.SupervisorProcessId, Signals.Continue);
        }

        await Until.TrueAsync(RespondsAsync, RestartsWithin, "PostgreSQL to respond again");
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> RespondsAsync()
    {
        try
        {
            await using var connection = await ConnectAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
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
