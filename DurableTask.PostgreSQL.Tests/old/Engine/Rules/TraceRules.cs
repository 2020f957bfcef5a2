using System.Collections.Concurrent;
using System.Diagnostics;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EmbeddedFunctions.Engine.Rules;

[Collection(LocalServicesCollection.Name)]
public sealed class TraceRules(LocalServicesFixture services)
{
    [Fact]
    public async Task OneTrace_HoldsTheStartTheOrchestrationItsActivitiesTimersAndChildren_OverARestart()
    {
        var spans = new ConcurrentBag<Activity>();
        using var source = new ActivitySource("Caller");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "EmbeddedFunctions.Engine" or "Caller",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var functions = new TestFunctions()
            .Activity<string, string>("Step", s => s)
            .Orchestrator("Child", _ => Task.FromResult("x"))
            .Orchestrator("Traced", async context =>
            {
                await context.CallActivityAsync<string>("Step", "x");
                await context.WaitForExternalEvent<string>("go");
                await context.CreateTimer(TimeSpan.FromMilliseconds(30), CancellationToken.None);
                return await context.CallSubOrchestratorAsync<string>("Child");
            });
        var database = await services.CreateDatabaseAsync();
        string id;
        ActivityTraceId trace;
        await using (var node = await EngineNode.StartAsync(database, functions))
        {
            using var call = source.StartActivity("call");
            trace = call!.TraceId;
            id = await node.Client.ScheduleNewOrchestrationInstanceAsync("Traced");
            await Eventually.TrueAsync(async () => (await node.HistoryAsync(id)).Contains("TaskCompleted"));
        }

        await using (var node = await EngineNode.StartAsync(database, functions))
        {
            await node.Client.RaiseEventAsync(id, "go", "x");
            await node.EndOfAsync(id);
            await Eventually.TrueAsync(() => Task.FromResult(spans.Any(s => Equals(s.GetTagItem("durabletask.task.status"), "Completed")
                && s.OperationName == "orchestration:Traced")));
        }

        var mine = spans.Where(s => s.TraceId == trace).ToList();
        var lives = mine.Where(s => s.OperationName == "orchestration:Traced").ToList();
        var start = Assert.Single(mine, s => s.OperationName == "create_orchestration:Traced");
        Assert.Equal(2, lives.Count);
        Assert.All(lives, l => Assert.Equal(start.SpanId, l.ParentSpanId));
        Assert.Contains(Assert.Single(mine, s => s.OperationName == "activity:Step").ParentSpanId, lives.Select(l => l.SpanId));
        Assert.True(Assert.Single(mine, s => s.OperationName == "orchestration:Traced:timer").Duration >= TimeSpan.FromMilliseconds(30));
        Assert.Contains(Assert.Single(mine, s => s.OperationName == "orchestration:Child").ParentSpanId, lives.Select(l => l.SpanId));
    }
}
