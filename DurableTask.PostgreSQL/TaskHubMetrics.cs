using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DurableTask.PostgreSQL;

/// <summary>What a node counts, under the meter <c>DurableTask.PostgreSQL</c>, and its activity source of the same name.</summary>
internal sealed class TaskHubMetrics : IDisposable
{
    public const string Name = "DurableTask.PostgreSQL";

    public static readonly ActivitySource Traces = new(Name);

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _scheduled;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _activities;
    private readonly Histogram<int> _commitSize;
    private readonly Histogram<double> _commitLatency;

    public TaskHubMetrics()
    {
        _scheduled = _meter.CreateCounter<long>("durable.orchestrations.scheduled", "{orchestration}", "Orchestrations scheduled");
        _ended = _meter.CreateCounter<long>("durable.orchestrations.ended", "{orchestration}", "Orchestrations ended, by status");
        _activities = _meter.CreateCounter<long>("durable.activities.executed", "{activity}", "Activity executions, by outcome");
        _commitSize = _meter.CreateHistogram<int>("durable.commit.size", "{request}", "Requests that shared a commit");
        _commitLatency = _meter.CreateHistogram<double>("durable.commit.duration", "s", "Time from a commit's start until it was durable");
    }

    /// <summary>Reports how many orchestrations the node holds in memory, and how many activities wait for a free slot.</summary>
    public void Observe(Func<int> live, Func<int> backlog)
    {
        _meter.CreateObservableGauge("durable.orchestrations.live", live, "{orchestration}", "Orchestrations held in memory");
        _meter.CreateObservableGauge("durable.activities.backlog", backlog, "{activity}", "Activities that wait for a free slot");
    }

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
