using DurableTask.PostgreSQL.Tests.Infrastructure;

namespace DurableTask.PostgreSQL.Tests;

public sealed class FirstTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task Runs()
    {
        await using var hub = await TestHub.CreateAsync();
        await using var node = await hub.StartNodeAsync(ProcessTasks.Add);
        Assert.Equal(6, await node.OutputOfAsync<int>(await node.ScheduleAsync("Sum", 3)));
        var p = await hub.StartProcessAsync();
        await p.KillAsync();
        await using var c = hub.NewClient();
        Assert.Equal(10, await c.OutputOfAsync<int>(await c.ScheduleAsync("SumOfSums", 3)));
    }
}
