using DurableTask.PostgreSQL.Storage;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DurableTask.PostgreSQL.Tests.Errors;

/// <summary>Data of one instance that cannot be stored: that instance fails, and those in the same commit go on.</summary>
public sealed class DataErrorTests
{
    [Theory]
    [InlineData("23514")]
    [InlineData("22P05")]
    [InlineData("54000")]
    [Trait("Runs", "OnEachRuntime")]
    public async Task InstanceWhoseDataAreRefused_FailsAlone(string sqlState)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await RefuseAsync(hub, sqlState);
        await node.RunAsync("Echo");

        // All wait for one commit.
        var held = await hub.LockAsync("history");
        await node.ScheduleAsync("Says", "first");
        await held.BlocksAsync("insert into");
        var bad = node.ScheduleAsync("Says", "forbidden", "bad");
        var parent = node.ScheduleAsync("Parent", "forbidden", "parent");
        var starts = Enumerable.Range(0, 10).Select(n => node.ScheduleAsync("Says", $"good {n}")).ToList();
        await held.DisposeAsync();
        var good = await Task.WhenAll(starts);

        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"good {n}"), await Task.WhenAll(good.Select(node.OutputOfAsync<string>)));
        var failed = await node.EndOfAsync(await bad);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Equal(typeof(PostgresException).FullName, failed.FailureDetails!.ErrorType);
        Assert.Contains(sqlState, failed.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal($"child failed: {typeof(PostgresException).FullName}", await node.OutputOfAsync<string>(await parent));
        Assert.Null(node.Service.Problem);
        Assert.Contains(node.Logs.OwnOf(LogLevel.Error), e => e.Message.Contains("bad", StringComparison.Ordinal));
        await hub.AssertHistoriesAreWholeAsync();
    }

    [Theory]
    [InlineData("nul \0")]
    [InlineData("half")]
    public async Task ChildWhoseNameCannotBeStored_FailsItsParentAlone(string name)
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        var bystander = await node.ScheduleAsync("Waits");

        // Test data of a theory cannot hold half of a surrogate pair.
        var end = await node.RunAsync("CallsByName", name is "half");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        await node.Client.RaiseEventAsync(bystander, "go", "undisturbed");
        Assert.Equal("undisturbed", await node.OutputOfAsync<string>(bystander));
        Assert.Null(node.Service.Problem);
        Assert.DoesNotContain(node.Logs.OwnOf(LogLevel.Warning), e => e.Message.Contains("does not take work", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InstanceWhoseFailureCannotBeStoredEither_IsTriedAgain_AndEndsWhenItCan()
    {
        await using var hub = await TestHub.CreateAsync();
        var node = await hub.StartNodeAsync(Tasks);
        await RefuseAsync(hub, "23514", "true");
        var id = await node.ScheduleAsync("Says", "anything");
        await Eventually.TrueAsync(() => node.Logs.OwnOf(LogLevel.Error).Any(e => e.Message.Contains(id, StringComparison.Ordinal)));

        await hub.ExecuteAsync("drop trigger refuse on {hub}.history");
        await Eventually.TrueAsync(async () => !await hub.IsHeldAsync(id));
        await hub.ExecuteAsync("update {hub}.instances set wake_at = clock_timestamp() where wake_at is not null");

        Assert.Equal("anything", await node.OutputOfAsync<string>(id));
    }

    [Theory]
    [InlineData("22001", 0)]
    [InlineData("22021", 0)]
    [InlineData("23505", 0)]
    [InlineData("54000", 0)]
    [InlineData("42501", 1)]
    [InlineData("42P01", 1)]
    [InlineData("42703", 1)]
    [InlineData("0A000", 1)]
    [InlineData("3F000", 1)]
    [InlineData("25006", 2)]
    [InlineData("28000", 2)]
    [InlineData("28P01", 2)]
    [InlineData("3D000", 2)]
    [InlineData("40001", 2)]
    [InlineData("40P01", 2)]
    [InlineData("53100", 2)]
    [InlineData("53200", 2)]
    [InlineData("53300", 2)]
    [InlineData("54001", 2)]
    [InlineData("55P03", 2)]
    [InlineData("57014", 2)]
    [InlineData("57P01", 2)]
    [InlineData("57P03", 2)]
    [InlineData("58030", 2)]
    [InlineData("XX000", 2)]
    [InlineData("08006", 2)]
    [InlineData("99999", 2)]
    public void Kind_GoesByTheSqlState_AndWhatIsUnknownIsAnOutage(string sqlState, int kind)
    {
        Assert.Equal((DatabaseErrorKind)kind, DatabaseErrors.KindOf(new PostgresException("m", "ERROR", "ERROR", sqlState)));
        Assert.Equal(DatabaseErrorKind.Outage, DatabaseErrors.KindOf(new NpgsqlException("broken", new IOException())));
    }

    private static void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddActivityFunc<string, string>("Echo", (_, text) => text);
        tasks.AddOrchestratorFunc<string, string>("Says", (context, text) => context.CallActivityAsync<string>("Echo", text));
        tasks.AddOrchestratorFunc<string, string>("Parent", async (context, text) =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Says", text);
            }
            catch (TaskFailedException exception)
            {
                return $"child failed: {exception.FailureDetails.ErrorType}";
            }
        });
        tasks.AddOrchestratorFunc<bool, string>("CallsByName", (context, isHalf) =>
            context.CallSubOrchestratorAsync<string>(isHalf ? "half \ud800" : "nul \0", "x"));
    }

    /// <summary>Makes PostgreSQL refuse rows of history that match a condition; by default those that contain "forbidden".</summary>
    private static Task RefuseAsync(TestHub hub, string sqlState, string when = "new.events like '%forbidden%'") => hub.ExecuteAsync(
        $$"""
        create function {hub}.refuse() returns trigger language plpgsql as
        $f$ begin raise exception 'not that' using errcode = '{{sqlState}}'; end $f$
        """,
        $"create trigger refuse before insert on {{hub}}.history for each row when ({when}) execute function {{hub}}.refuse()");
}
