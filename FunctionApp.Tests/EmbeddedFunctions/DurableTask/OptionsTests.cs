using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class OptionsTests
{
    private static readonly RetryPolicy Policy = new(2, TimeSpan.FromSeconds(1));

    [Fact]
    public void WithInstanceId_TaskOptions_KeepsEverythingElse()
    {
        var options = new TaskOptions(Policy, new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" }) { Version = "2" };

        var child = options.WithInstanceId("child-1");

        Assert.Equal("child-1", child.InstanceId);
        Assert.Same(Policy, child.Retry!.Policy);
        Assert.Same(options.Tags, child.Tags);
        Assert.Equal("2", child.Version!.Value.Version);
    }

    [Fact]
    public void SubOrchestrationOptions_FromOthers_KeepTheirIdUnlessOneIsGiven()
    {
        TaskOptions named = new SubOrchestrationOptions(instanceId: "a");

        Assert.Equal("a", new SubOrchestrationOptions(named).InstanceId);
        Assert.Equal("b", new SubOrchestrationOptions(named, "b").InstanceId);
        Assert.Null(new SubOrchestrationOptions(new TaskOptions()).InstanceId);
    }

    [Fact]
    public void SubOrchestrationOptions_Version_IsTheOneOfItsBase()
    {
        TaskOptions options = new SubOrchestrationOptions { Version = "3" };

        Assert.Equal("3", options.Version!.Value.Version);
    }

    [Fact]
    public void StartOrchestrationOptions_Copy_KeepsEverything()
    {
        var options = new StartOrchestrationOptions("id", DateTimeOffset.UnixEpoch)
        {
            Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" },
            Version = "1",
            DedupeStatuses = ["Running"],
        };

        Assert.Equal(options, new StartOrchestrationOptions(options));
        Assert.Equal(options, options with { });
        Assert.Empty(new StartOrchestrationOptions().Tags);
        Assert.Null(new StartOrchestrationOptions().DedupeStatuses);
    }

    [Fact]
    public void WithDedupeStatuses_Statuses_AreNamed()
    {
        var options = new StartOrchestrationOptions("id")
            .WithDedupeStatuses(OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Failed);

        Assert.Equal("id", options.InstanceId);
        Assert.Equal(["Running", "Failed"], options.DedupeStatuses);
    }

    [Fact]
    public async Task FromRetryHandler_SynchronousHandler_IsAsked()
    {
        var asked = new List<int>();
        var options = TaskOptions.FromRetryHandler(context =>
        {
            asked.Add(context.LastAttemptNumber);
            return context.LastAttemptNumber < 2;
        });
        var failure = new TaskFailureDetails("X", "x", null, null, null);

        var handler = options.Retry!.Handler!;
        var first = await handler(new RetryContext(null!, 1, failure, TimeSpan.Zero, CancellationToken.None));
        var second = await handler(new RetryContext(null!, 2, failure, TimeSpan.Zero, CancellationToken.None));

        Assert.True(first);
        Assert.False(second);
        Assert.Equal([1, 2], asked);
        Assert.Null(options.Retry.Policy);
    }
}
