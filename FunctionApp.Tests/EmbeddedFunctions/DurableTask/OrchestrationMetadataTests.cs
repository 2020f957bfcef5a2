using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace FunctionApp.Tests.EmbeddedFunctions.DurableTask;

public sealed class OrchestrationMetadataTests
{
    [Fact]
    public void Read_FetchedWithoutData_ThrowsNamingTheMethod()
    {
        var metadata = new OrchestrationMetadata("O", "1");

        Assert.Contains("ReadInputAs", Assert.Throws<InvalidOperationException>(() => metadata.ReadInputAs<int>()).Message, StringComparison.Ordinal);
        Assert.Contains("ReadOutputAs", Assert.Throws<InvalidOperationException>(() => metadata.ReadOutputAs<int>()).Message, StringComparison.Ordinal);
        Assert.Contains(
            "ReadCustomStatusAs", Assert.Throws<InvalidOperationException>(() => metadata.ReadCustomStatusAs<int>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FetchedWithData_Deserializes()
    {
        var metadata = new OrchestrationMetadata("O", "1")
        {
            DataConverter = JsonDataConverter.Default,
            SerializedInput = "[1,2]",
            SerializedCustomStatus = "null",
        };

        Assert.Equal([1, 2], metadata.ReadInputAs<int[]>()!);
        Assert.Equal(0, metadata.ReadOutputAs<int>());
        Assert.Null(metadata.ReadOutputAs<string>());
        Assert.Null(metadata.ReadCustomStatusAs<string>());
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Running, true, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Completed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, false, true)]
    public void IsRunningAndIsCompleted_Status_SayWhereItStands(OrchestrationRuntimeStatus status, bool running, bool completed)
    {
        var metadata = new OrchestrationMetadata("O", "1") { RuntimeStatus = status };

        Assert.Equal((running, completed), (metadata.IsRunning, metadata.IsCompleted));
    }

    [Fact]
    public void ToString_LongPayload_IsShortened()
    {
        var metadata = new OrchestrationMetadata("Order", "o-1")
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Completed,
            CreatedAt = DateTimeOffset.UnixEpoch,
            LastUpdatedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
            SerializedInput = "1",
            SerializedOutput = new string('x', 51),
        };

        Assert.Equal(
            "[Name: 'Order', ID: 'o-1', RuntimeStatus: Completed, CreatedAt: 1970-01-01T00:00:00, LastUpdatedAt: 1970-01-01T00:00:01, "
            + $"Input: '1', Output: '{new string('x', 50)}...']",
            metadata.ToString());
    }
}
