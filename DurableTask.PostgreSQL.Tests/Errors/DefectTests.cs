using System.Diagnostics;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.Extensions.Logging;

namespace DurableTask.PostgreSQL.Tests.Errors;

/// <summary>Missing rights and defects of the schema: the work is held and an error is logged, until an operator has repaired it.</summary>
public sealed class DefectTests
{
    [Theory]
    [InlineData("insert", "table {hub}.history")]
    [InlineData("update", "table {hub}.instances")]
    [InlineData("select", "table {hub}.inbox")]
    [InlineData("update", "table {hub}.nodes")]
    [InlineData("usage", "schema {hub}")]
    [Trait("Runs", "OnEachRuntime")]
    public async Task MissingRight_HoldsTheWorkAndLogsAnError_UntilItIsGranted(string right, string what)
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.StartWorkAsync();

        await hub.Hub.ExecuteAsync($"revoke {right} on {what} from {hub.Role}");
        hub.EndActivities();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: true });
        Assert.Contains("permission denied", hub.Node.Service.Problem!.Reason, StringComparison.Ordinal);
        await AssertStaysAsync(() => hub.Node.Service.Problem is { IsDefect: true }, TimeSpan.FromSeconds(1));
        var errors = hub.Node.Logs.OwnOf(LogLevel.Error).ToList();
        await hub.Hub.ExecuteAsync($"grant {right} on {what} to {hub.Role}");

        // A defect is tried again every five seconds.
        var over = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
        Assert.True(over.Elapsed < TimeSpan.FromSeconds(12), $"{over.Elapsed}");
        await hub.AssertAllEndsAsync();
        Assert.InRange(errors.Count, 1, 3);
        Assert.All(errors, e => Assert.Contains("right", e.Message, StringComparison.Ordinal));
        Assert.Equal(0, await hub.Hub.ScalarAsync<long>("select count(*) from {hub}.instances where status = 3"));
    }

    [Fact]
    public async Task MissingTable_HoldsTheWorkAndLogsAnError_UntilItIsBack()
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.StartWorkAsync();

        await hub.Hub.ExecuteAsync("alter table {hub}.history rename to history_away");
        hub.EndActivities();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: true } && hub.Node.Service.Sessions.IsDatabaseAway);
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Node.ScheduleAsync("Echo"));
        await hub.Hub.ExecuteAsync("alter table {hub}.history_away rename to history");

        await hub.AssertAllEndsAsync();
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
    }

    [Fact]
    public async Task HistoryThatCannotBeReadForAWhile_IsReadLater_AndItsInstanceGoesOn()
    {
        await using var hub = await FaultyHub.CreateAsync();
        var startAt = TimeProvider.System.GetUtcNow().AddHours(1);
        var id = await hub.Node.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", new Microsoft.DurableTask.StartOrchestrationOptions(StartAt: startAt));

        await hub.Hub.ExecuteAsync(
            $"revoke select on {{hub}}.history from {hub.Role}", "update {hub}.instances set wake_at = clock_timestamp()");
        await Eventually.TrueAsync(() => hub.Hub.IsHeldAsync(id));
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: true });
        await hub.Hub.ExecuteAsync($"grant select on {{hub}}.history to {hub.Role}");

        Assert.Equal("x", await hub.OutputOfAsync(id));
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
    }

    [Fact]
    public async Task InstanceCanBeTerminatedMeanwhile_WhereTheRightsAllowIt()
    {
        await using var hub = await FaultyHub.CreateAsync();
        var held = await hub.Node.ScheduleAsync("Waits");
        await Eventually.TrueAsync(async () => (await hub.Node.HistoryAsync(held)).Count > 0);
        await hub.Hub.ExecuteAsync($"revoke select on {{hub}}.inbox from {hub.Role}");
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: true });

        await hub.Node.Client.TerminateInstanceAsync(held, "enough");

        Assert.Equal("enough", (await hub.Node.EndOfAsync(held)).ReadOutputAs<string>());
        Assert.True(hub.Node.Service.Problem is { IsDefect: true });
    }

    [Fact]
    public async Task MissingRightOfTheClient_Throws_WithTheReason()
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.Hub.ExecuteAsync($"revoke insert on {{hub}}.instances from {hub.Role}");

        var refusal = await Assert.ThrowsAsync<TaskHubUnavailableException>(() => hub.Client.ScheduleAsync("Echo"));

        Assert.Contains("permission denied", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("rights", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await hub.Client.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task OutageAndDefectAtOnce_ShowTheDefect()
    {
        await using var hub = await FaultyHub.CreateAsync();
        await hub.StartWorkAsync();

        await hub.Hub.ExecuteAsync($"revoke select on {{hub}}.inbox from {hub.Role}");
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is { IsDefect: true });
        await hub.OnServerAsync("alter database {database} set default_transaction_read_only = on");
        await hub.EndSessionsAsync();
        hub.EndActivities();

        // The connection of the statement that lacks the right was cut, too: the defect shows again at its next try.
        await Eventually.TrueAsync(() => hub.Node.Service.Sessions.IsDatabaseAway && hub.Node.Service.Problem is { IsDefect: true });
        await hub.OnServerAsync("alter database {database} reset default_transaction_read_only");
        await hub.Hub.ExecuteAsync($"grant select on {{hub}}.inbox to {hub.Role}");
        await Eventually.TrueAsync(() => hub.Node.Service.Problem is null);
        await hub.AssertAllEndsAsync();
    }

    private static async Task AssertStaysAsync(Func<bool> condition, TimeSpan time)
    {
        var started = Stopwatch.StartNew();
        while (started.Elapsed < time)
        {
            Assert.True(condition());
            await Task.Yield();
        }
    }
}
