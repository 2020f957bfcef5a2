using DurableTask.Core.Exceptions;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Starting orchestrations.</summary>
public abstract class ScheduleTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Schedule_WithoutAnId_GivesOneOf32HexDigits()
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Echo", "hello");
        var another = await Client.ScheduleNewOrchestrationInstanceAsync("Echo", "hello", new StartOrchestrationOptions(InstanceId: string.Empty));

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Matches("^[0-9a-f]{32}$", another);
        Assert.Equal("hello", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Schedule_StoresNameInputVersionTagsAndTimes()
    {
        var before = TimeProvider.System.GetUtcNow();
        var options = new StartOrchestrationOptions("mine")
        {
            Version = new TaskVersion("1.2"),
            Tags = new Dictionary<string, string> { ["tenant"] = "a \"quoted\" Ω", ["empty"] = string.Empty },
        };

        var id = await Client.ScheduleNewOrchestrationInstanceAsync("eCHo", "in", options);
        var end = await Caller.EndOfAsync(id);

        Assert.Equal("mine", id);
        Assert.Equal("eCHo", end.Name);
        Assert.Equal("in", end.ReadInputAs<string>());
        Assert.Equal("in", end.ReadOutputAs<string>());
        Assert.Equal(options.Tags, end.Tags);
        Assert.InRange(end.CreatedAt, before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow());
        Assert.InRange(end.LastUpdatedAt, end.CreatedAt, TimeProvider.System.GetUtcNow());
        Assert.Equal("1.2", (await Caller.Service.GetOrchestrationStateAsync(id, allExecutions: false))[0].Version);
    }

    [Theory]
    [InlineData("a/b#c?d")]
    [InlineData("with space, 'quotes' and \"more\"")]
    [InlineData("%_\\ Ω 𝄞")]
    [InlineData("-")]
    public async Task UnusualIds_AreAccepted(string id)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions(id));
        await Client.RaiseEventAsync(id, "go", "woken");

        Assert.Equal("woken", await Caller.OutputOfAsync<string>(id));
        Assert.Equal(1, (await Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
    }

    [Theory]
    [InlineData("@entity@key")]
    [InlineData("line\nbreak")]
    [InlineData("nul\0")]
    public async Task InvalidId_IsRefused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.ScheduleNewOrchestrationInstanceAsync("Echo", new StartOrchestrationOptions(id)));

    [Fact]
    public Task IdWithHalfASurrogatePair_IsRefused() => InvalidId_IsRefused("half \ud800 pair");

    [Fact]
    public async Task Id_HasAtMost256Characters_AndItsCaseCounts()
    {
        var longest = new string('x', 256);
        await Client.ScheduleNewOrchestrationInstanceAsync("Echo", "lower", new StartOrchestrationOptions(longest));
        await Client.ScheduleNewOrchestrationInstanceAsync("Echo", "upper", new StartOrchestrationOptions(longest.ToUpperInvariant()));

        Assert.Equal("lower", await Caller.OutputOfAsync<string>(longest));
        Assert.Equal("upper", await Caller.OutputOfAsync<string>(longest.ToUpperInvariant()));
        await Assert.ThrowsAsync<ArgumentException>(
            () => Client.ScheduleNewOrchestrationInstanceAsync("Echo", new StartOrchestrationOptions(longest + "x")));
    }

    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task IdOfARunningInstance_IsRefused_AndThatInstanceIsUnchanged()
    {
        var id = await StartWaitingAsync();

        var refusal = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(
            () => Client.ScheduleNewOrchestrationInstanceAsync("Echo", "new", new StartOrchestrationOptions(id)));

        Assert.Contains(id, refusal.Message, StringComparison.Ordinal);
        await Client.RaiseEventAsync(id, "go", "first run");
        Assert.Equal("first run", await Caller.OutputOfAsync<string>(id));
    }

    [Theory]
    [InlineData("Completed")]
    [InlineData("Failed")]
    [InlineData("Terminated")]
    public async Task IdOfAnEndedInstance_StartsANewRun_WithoutTheOldHistory(string status)
    {
        var id = await EndedAsync(status);

        await Client.ScheduleNewOrchestrationInstanceAsync("Waits", new StartOrchestrationOptions(id));
        await Client.WaitForInstanceStartAsync(id);
        var again = await Caller.FindAsync(id);
        await Client.RaiseEventAsync(id, "go", "second run");

        Assert.Equal(OrchestrationRuntimeStatus.Running, again.RuntimeStatus);
        Assert.Null(again.SerializedOutput);
        Assert.Null(again.FailureDetails);
        Assert.Empty(again.Tags);
        Assert.Equal("second run", await Caller.OutputOfAsync<string>(id));
        Assert.Single(await Node.HistoryAsync(id), "ExecutionStarted");
    }

    [Theory]
    [InlineData("Completed")]
    [InlineData("Failed")]
    [InlineData("Terminated")]
    public async Task DedupeStatusOfTheInstance_RefusesTheStart(string status)
    {
        var id = await EndedAsync(status);
        var old = await Caller.FindAsync(id);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => ScheduleAsync(id, status));

        var still = await Caller.FindAsync(id);
        Assert.Equal(old.CreatedAt, still.CreatedAt);
        Assert.Equal(old.RuntimeStatus, still.RuntimeStatus);
    }

    [Fact]
    public async Task DedupeStatusesWithoutThatOfARunningInstance_ReplaceIt()
    {
        var id = await StartWaitingAsync();

        await ScheduleAsync(id, "Completed", "failed");

        Assert.Equal("new", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task DedupeStatusesWithoutThatOfAnEndedInstance_ReplaceIt()
    {
        var id = await EndedAsync("Failed");

        await ScheduleAsync(id, "Running", "Pending", "Completed");

        Assert.Equal("new", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task UnknownDedupeStatus_IsRefused_AndNothingStarts()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => ScheduleAsync("mine", "Finished"));

        Assert.Contains("Finished", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await Client.GetInstanceAsync("mine"));
    }

    [Fact]
    public async Task ManyStartsOfOneIdAtOnce_MakeOneInstance()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            try
            {
                await Client.ScheduleNewOrchestrationInstanceAsync("Waits", n, new StartOrchestrationOptions("only"));
                return 1;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return 0;
            }
        }));

        Assert.Equal(1, starts.Sum());
        await Client.RaiseEventAsync("only", "go", "once");
        Assert.Equal("once", await Caller.OutputOfAsync<string>("only"));
    }

    [Fact]
    public async Task StartOfAnUnknownOrchestrator_IsAccepted_AndTheInstanceFailsNamingIt()
    {
        var end = await Caller.RunAsync("Nobody");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("'Nobody'", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartThatWasCanceled_StartsNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo", new StartOrchestrationOptions("canceled"), new CancellationToken(canceled: true)));

        Assert.Null(await Client.GetInstanceAsync("canceled"));
    }

    [Fact]
    public void Entities_ThrowNotSupported() =>
        Assert.Contains("entities", Assert.Throws<NotSupportedException>(() => Client.Entities).Message, StringComparison.OrdinalIgnoreCase);

    private Task<string> ScheduleAsync(string id, params string[] dedupeStatuses) =>
        Client.ScheduleNewOrchestrationInstanceAsync("Echo", "new", new StartOrchestrationOptions(id) { DedupeStatuses = dedupeStatuses });

    private async Task<string> EndedAsync(string status)
    {
        var tags = new Dictionary<string, string> { ["run"] = "first" };
        var (name, id) = (status switch { "Completed" => "Echo", "Failed" => "Fails", _ => "Waits" }, $"an-{status}");
        await Client.ScheduleNewOrchestrationInstanceAsync(name, "old", new StartOrchestrationOptions(id) { Tags = tags });
        if (status is "Terminated")
        {
            await Client.TerminateInstanceAsync(id);
        }

        Assert.Equal(status, (await Caller.EndOfAsync(id)).RuntimeStatus.ToString());
        return id;
    }

    public sealed class OfANode() : ScheduleTests(isOfNode: true);

    public sealed class OfAnotherProcess() : ScheduleTests(isOfNode: false);
}
