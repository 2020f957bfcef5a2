using System.Collections.Concurrent;
using System.Diagnostics;
using DurableTask.PostgreSQL.Tests.Infrastructure;
using Microsoft.DurableTask;

namespace DurableTask.PostgreSQL.Tests.Workers;

/// <summary>Traces.</summary>
public sealed class TraceTests
{
    [Fact]
    [Trait("Runs", "OnEachRuntime")]
    public async Task OneTrace_GoesFromTheCallerThroughTheOrchestrationToItsActivitiesAndChildren_OverARestart()
    {
        using var spans = new Spans();
        await using var hub = await TestHub.CreateAsync();
        using var caller = new Activity("caller").Start();
        caller.TraceStateString = "vendor=1";
        var first = await hub.StartNodeAsync(Tasks);
        var id = await first.ScheduleAsync("Traced");
        caller.Stop();
        await Eventually.TrueAsync(async () => (await first.HistoryAsync(id)).Contains("TaskCompleted"));
        await first.StopAsync();

        var second = await hub.StartNodeAsync(Tasks);
        await second.Client.RaiseEventAsync(id, "go", "x");
        await second.OutputOfAsync<string>(id);

        await Eventually.TrueAsync(() => spans.Of(caller.TraceId).Any(s => s.DisplayName == "orchestration:Traced"));
        var trace = spans.Of(caller.TraceId);
        var start = Assert.Single(trace, s => s.DisplayName == "create_orchestration:Traced");
        var run = trace.First(s => s.DisplayName == "orchestration:Traced");
        Assert.Equal("DurableTask.PostgreSQL", start.Source.Name);
        Assert.Equal(caller.SpanId, start.ParentSpanId);
        Assert.Equal(start.SpanId, run.ParentSpanId);
        Assert.Equal("vendor=1", run.TraceStateString);
        Assert.Equal(2, trace.Where(s => s.DisplayName == "activity:Step" && s.Kind == ActivityKind.Server).DistinctBy(s => s.SpanId).Count());
        Assert.Contains(trace, s => s.DisplayName == "orchestration:Child");
        Assert.All(trace.Where(s => s.DisplayName == "orchestration:Traced"), s => Assert.Equal(run.SpanId, s.SpanId));
        Assert.All(trace.Where(s => s.DisplayName == "activity:Step" && s.Kind == ActivityKind.Server), s => Assert.Contains(s.ParentSpanId, trace.Select(p => p.SpanId)));
    }

    [Fact]
    public async Task WithoutListenersOrCaller_NothingIsTraced_AndAllRuns()
    {
        await using var hub = await TestHub.CreateAsync();
        Activity.Current = null;
        var node = await hub.StartNodeAsync(Tasks);
        var id = await node.ScheduleAsync("Traced");

        await node.Client.RaiseEventAsync(id, "go", "x");

        Assert.Equal("x", await node.OutputOfAsync<string>(id));
    }

    private static void Tasks(DurableTaskRegistry tasks)
    {
        CommonTasks.Add(tasks);
        tasks.AddActivityFunc<string?, string?>("Step", (_, x) => x);
        tasks.AddOrchestratorFunc("Child", context => context.CallActivityAsync("Step"));
        tasks.AddOrchestratorFunc<string>("Traced", async context =>
        {
            await context.CallActivityAsync("Step");
            var text = await context.WaitForExternalEvent<string>("go");
            await context.CallSubOrchestratorAsync("Child");
            return text;
        });
    }

    /// <summary>The spans of the library and of the framework.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _stopped = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "DurableTask.PostgreSQL" or "DurableTask.Core",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _stopped.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        /// <summary>Those of one trace: other tests have theirs.</summary>
        public List<Activity> Of(ActivityTraceId trace) => [.. _stopped.Where(s => s.TraceId == trace)];

        public void Dispose() => _listener.Dispose();
    }
}
