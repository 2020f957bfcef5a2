using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Client;

/// <summary>Running an instance again from its start.</summary>
public abstract class RestartTests(bool isOfNode) : ClientTest(isOfNode)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_EndedInstance_RunsAgainWithNameInputVersionAndTags(bool withNewId)
    {
        var options = new StartOrchestrationOptions("first")
        {
            Version = new TaskVersion("7"),
            Tags = new Dictionary<string, string> { ["k"] = "v" },
        };
        await Node.EndOfAsync(await Node.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "in", options));

        var id = await Client.RestartAsync("first", withNewId);

        Assert.Equal(withNewId, id != "first");
        var end = await Caller.EndOfAsync(id);
        Assert.Equal("in", end.ReadOutputAs<string>());
        Assert.Equal(options.Tags, end.Tags);
        Assert.Equal("7", (await Caller.Service.GetOrchestrationStateAsync(id, allExecutions: false))[0].Version);
        Assert.Single(await Caller.HistoryAsync(id), "ExecutionStarted");
    }

    [Fact]
    public async Task Restart_RunningInstance_NeedsANewId()
    {
        var id = await StartWaitingAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Client.RestartAsync(id));
        var copy = await Client.RestartAsync(id, restartWithNewInstanceId: true);

        await Client.RaiseEventAsync(copy, "go", "copy");
        await Client.RaiseEventAsync(id, "go", "first");
        Assert.Equal("copy", await Caller.OutputOfAsync<string>(copy));
        Assert.Equal("first", await Caller.OutputOfAsync<string>(id));
    }

    [Fact]
    public async Task Restart_UnknownInstance_IsRefused_WithItsId()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => Client.RestartAsync("nobody"));

        Assert.Contains("nobody", refusal.Message, StringComparison.Ordinal);
    }

    public sealed class OfANode() : RestartTests(isOfNode: true);

    public sealed class OfAnotherProcess() : RestartTests(isOfNode: false);
}
