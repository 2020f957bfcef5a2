using Atelier.Persistence;
using FunctionApp.Tests.Hosting;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

[Collection(LocalServicesCollection.Name)]
public sealed class GroupCommitTests(LocalServicesFixture services) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        await using var create = _database.DataSource.CreateCommand("CREATE TABLE numbers (number integer PRIMARY KEY, added_by xid8 DEFAULT pg_current_xact_id())");
        await create.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Execute_StatementsAtOnce_ShareTransactionsAndEachGetsItsOwnResult()
    {
        var group = new GroupCommit(_database.DataSource);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => AddAsync(group, number)));

        Assert.Equal(Enumerable.Range(0, 200), numbers);
        Assert.InRange(await _database.ScalarAsync<long>("SELECT count(DISTINCT added_by) FROM numbers"), 1, 100);
    }

    [Fact]
    public async Task Execute_OneOfThemFails_TheOthersAreCommitted()
    {
        var group = new GroupCommit(_database.DataSource);
        await AddAsync(group, 7);

        var additions = Enumerable.Range(0, 20).Select(number => AddAsync(group, number)).ToArray();

        await Task.WhenAll(additions.Where((_, number) => number != 7));
        var exception = await Assert.ThrowsAsync<PostgresException>(() => additions[7]);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, exception.SqlState);
        Assert.Equal(20, await _database.ScalarAsync<long>("SELECT count(*) FROM numbers"));
    }

    [Fact]
    public async Task Execute_ConnectionIsCut_FailsAndTheNextOneSucceeds()
    {
        var group = new GroupCommit(_database.DataSource);
        var cut = new NpgsqlBatchCommand("SELECT pg_terminate_backend(pg_backend_pid())");

        var exception = await Assert.ThrowsAnyAsync<NpgsqlException>(() => group.ExecuteAsync(cut, row => row.GetBoolean(0), CancellationToken.None));

        Assert.True(TransientFailure.Is(exception));
        Assert.Equal(1, await AddAsync(group, 1));
    }

    private static Task<int> AddAsync(GroupCommit group, int number) => group.ExecuteAsync(
        new NpgsqlBatchCommand("INSERT INTO numbers (number) VALUES ($1) RETURNING number") { Parameters = { new NpgsqlParameter<int> { TypedValue = number } } },
        row => row.GetInt32(0),
        CancellationToken.None);
}
