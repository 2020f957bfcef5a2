using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class DurableTaskClientTests
{
    private readonly Mock<DurableTaskClient> _client = new("test") { CallBase = true };

    [Fact]
    public async Task Overloads_WithFewerParameters_ReachTheFullOnes()
    {
        var options = new StartOrchestrationOptions("x");
        using var source = new CancellationTokenSource();
        var token = source.Token;
        var client = _client.Object;

        await client.ScheduleNewOrchestrationInstanceAsync("O", token);
        await client.ScheduleNewOrchestrationInstanceAsync("O", 1, token);
        await client.ScheduleNewOrchestrationInstanceAsync("O", options, token);
        await client.RaiseEventAsync("i", "e", token);
        await client.SuspendInstanceAsync("i", token);
        await client.ResumeInstanceAsync("i", token);
        await client.GetInstanceAsync("i", token);
        await client.GetInstanceAsync("i", true, token);

        _client.Verify(c => c.ScheduleNewOrchestrationInstanceAsync("O", null, null, token));
        _client.Verify(c => c.ScheduleNewOrchestrationInstanceAsync("O", 1, null, token));
        _client.Verify(c => c.ScheduleNewOrchestrationInstanceAsync("O", null, options, token));
        _client.Verify(c => c.RaiseEventAsync("i", "e", null, token));
        _client.Verify(c => c.SuspendInstanceAsync("i", null, token));
        _client.Verify(c => c.ResumeInstanceAsync("i", null, token));
        _client.Verify(c => c.GetInstancesAsync("i", false, token));
        _client.Verify(c => c.GetInstancesAsync("i", true, token));
    }

    [Fact]
    public async Task TerminateInstanceAsync_Output_TravelsInTheOptions()
    {
        _client.Setup(c => c.TerminateInstanceAsync("i", It.IsAny<TerminateInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Returns(Task.CompletedTask);

        await _client.Object.TerminateInstanceAsync("i", (object)"enough");
        await _client.Object.TerminateInstanceAsync("i", CancellationToken.None);

        _client.Verify(c => c.TerminateInstanceAsync("i", new TerminateInstanceOptions("enough", false), It.IsAny<CancellationToken>()));
        _client.Verify(c => c.TerminateInstanceAsync("i", (TerminateInstanceOptions?)null, It.IsAny<CancellationToken>()));
    }

    [Fact]
    public async Task PurgeInstancesAsync_WindowAndStatuses_BecomeAFilter()
    {
        OrchestrationRuntimeStatus[] statuses = [OrchestrationRuntimeStatus.Failed];
        _client.Setup(c => c.PurgeAllInstancesAsync(
                new PurgeInstancesFilter(DateTimeOffset.UnixEpoch, null, statuses), null, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new PurgeResult(3));

        var result = await _client.Object.PurgeInstancesAsync(DateTimeOffset.UnixEpoch, null, statuses);

        Assert.Equal(3, result.PurgedInstanceCount);
        Assert.Null(result.IsComplete);
    }

    [Fact]
    public async Task OptionalOperations_NotOverridden_AreNotSupported()
    {
        var client = _client.Object;

        await Assert.ThrowsAsync<NotSupportedException>(() => client.TerminateInstanceAsync("i"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeInstanceAsync("i"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.PurgeAllInstancesAsync(new PurgeInstancesFilter()));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.RestartAsync("i"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.RewindInstanceAsync("i", "why"));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.ListInstanceIdsAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetOrchestrationHistoryAsync("i"));
    }

    [Fact]
    public void PurgeResult_NegativeCount_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new PurgeResult(-1));
}
