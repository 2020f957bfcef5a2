using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EmbeddedFunctions.Engine;

/// <summary>What the engine counts, under the meter and the activity source <c>EmbeddedFunctions.Engine</c>.</summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string Name = "EmbeddedFunctions.Engine";

    public static readonly ActivitySource Traces = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _scheduled;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _activities;
    private readonly Histogram<int> _commitSize;
    private readonly Histogram<double> _commitLatency;

    public EngineMetrics()
    {
        _scheduled = _meter.CreateCounter<long>("durable.orchestrations.scheduled", "{orchestration}", "Orchestrations scheduled");
        _ended = _meter.CreateCounter<long>("durable.orchestrations.ended", "{orchestration}", "Orchestrations ended, by status");
        _activities = _meter.CreateCounter<long>("durable.activities.executed", "{activity}", "Activity executions, by outcome");
        _commitSize = _meter.CreateHistogram<int>("durable.commit.size", "{request}", "Requests that shared a commit");
        _commitLatency = _meter.CreateHistogram<double>("durable.commit.duration", "s", "Time from a commit's start until it was durable");
    }

    /// <summary>Reports how many orchestrations the node holds in memory.</summary>
    public void ObserveLive(Func<int> count) =>
        _meter.CreateObservableGauge("durable.orchestrations.live", count, "{orchestration}", "Orchestrations held in memory");

    /// <summary>Reports how many activities wait for a free place.</summary>
    public void ObserveBacklog(Func<int> count) =>
        _meter.CreateObservableGauge("durable.activities.backlog", count, "{activity}", "Activities that wait for a free place");

    public void Scheduled() => _scheduled.Add(1);

    public void Ended(string status) => _ended.Add(1, new KeyValuePair<string, object?>("status", status));

    public void ActivityExecuted(bool succeeded) =>
        _activities.Add(1, new KeyValuePair<string, object?>("outcome", succeeded ? "completed" : "failed"));

    public void Committed(int requests, TimeSpan duration)
    {
        _commitSize.Record(requests);
        _commitLatency.Record(duration.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}
