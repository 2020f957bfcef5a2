using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DurableTask.PostgreSQL.Tests.Infrastructure;

namespace DurableTask.PostgreSQL.Tests.Workers;

/// <summary>Meters, which all nodes of a process share by name: these tests run alone.</summary>
[Collection(nameof(MeterTests))]
[CollectionDefinition(nameof(MeterTests), DisableParallelization = true)]
public sealed class MeterTests
{
    [Fact]
    public async Task Meter_CountsOrchestrationsAndActivities()
    {
        await using var hub = await TestHub.CreateAsync();
        using var meter = new Measurements();
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = await hub.StartNodeAsync(
            tasks =>
            {
                CommonTasks.Add(tasks);
                tasks.AddOrchestratorFunc("Works", async context =>
                {
                    await Task.WhenAll(context.CallActivityAsync("Work"), context.CallActivityAsync("Work"));
                });
                tasks.AddActivityFunc<string?, string?>("Work", async (_, x) =>
                {
                    await mayEnd.Task;
                    return x;
                });
                tasks.AddOrchestratorFunc("Breaks", context => context.CallActivityAsync("Break"));
                tasks.AddActivityFunc<string>("Break", _ => Task.FromException<string>(new InvalidOperationException()));
            },
            o => o.MaxConcurrentActivities = 1);
        var working = await node.ScheduleAsync("Works");
        await Eventually.TrueAsync(() => meter.Observe("durable.activities.backlog") == 1);
        Assert.Equal(1, meter.Observe("durable.orchestrations.live"));
        mayEnd.SetResult();
        await node.EndOfAsync(working);
        await node.RunAsync("Breaks");
        var terminated = await node.ScheduleAsync("Waits");
        await node.Client.TerminateInstanceAsync(terminated);
        await node.EndOfAsync(terminated);

        await Eventually.TrueAsync(() => meter.Observe("durable.orchestrations.live") == 0);
        Assert.Equal(3, meter.Sum("durable.orchestrations.scheduled"));
        Assert.Equal(1, meter.Sum("durable.orchestrations.ended", "Completed"));
        Assert.Equal(1, meter.Sum("durable.orchestrations.ended", "Failed"));
        Assert.Equal(1, meter.Sum("durable.orchestrations.ended", "Terminated"));
        Assert.Equal(2, meter.Sum("durable.activities.executed", "completed"));
        Assert.Equal(1, meter.Sum("durable.activities.executed", "failed"));
        Assert.True(meter.Sum("durable.commit.size") >= 6);
        Assert.InRange(meter.Sum("durable.commit.duration"), 0.0001, 60);
    }

    private sealed class Measurements : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _all = new();
        private readonly MeterListener _listener = new();

        public Measurements()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name is "DurableTask.PostgreSQL")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
            _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
            _listener.Start();
        }

        public double Sum(string instrument, string tag = "") =>
            _all.Where(m => m.Name == instrument && m.Tags.Contains(tag, StringComparison.Ordinal)).Sum(m => m.Value);

        public double Observe(string instrument)
        {
            var before = Sum(instrument);
            _listener.RecordObservableInstruments();
            return Sum(instrument) - before;
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            _all.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))));
    }
}
