using System.Collections.Concurrent;

namespace Atelier.Operations.Metrics;

/// <summary>How a metric is read.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts samples by size.</summary>
    Histogram,
}

/// <summary>A metric with all its series.</summary>
/// <param name="Name">Its name in the exposition.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Bounds">Upper bounds of a histogram's buckets, rising; empty for the other kinds.</param>
internal sealed record MetricFamily(string Name, string Help, MetricKind Kind, double[] Bounds)
{
    // Labels have few values each. Should one have many all the same, it must not fill the memory: series beyond this number are left out.
    private const int MaxSeries = 500;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    /// <summary>The series by their labels.</summary>
    public IEnumerable<KeyValuePair<string, MetricSeries>> Series => _series;

    /// <summary>The series of these labels; <see langword="null"/> where there are too many.</summary>
    public MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (_series.TryGetValue(labels, out var series))
            return series;
        return _series.Count < MaxSeries ? _series.GetOrAdd(labels, _ => new MetricSeries(Bounds.Length)) : null;
    }

    /// <summary>Forgets all series, for a metric whose every reading reports them all.</summary>
    public void Clear() => _series.Clear();
}

/// <summary>One series of a metric.</summary>
internal sealed class MetricSeries(int bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds];
    private double _sum;
    private long _count;

    /// <summary>Counts something up or down.</summary>
    public void Add(double delta)
    {
        lock (_gate)
            _sum += delta;
    }

    /// <summary>Sets what it is now.</summary>
    public void Set(double value)
    {
        lock (_gate)
            _sum = value;
    }

    /// <summary>Takes a sample into the first bucket that it fits in.</summary>
    public void Sample(double value, double[] upperBounds)
    {
        var bucket = Array.FindIndex(upperBounds, bound => value <= bound);
        lock (_gate)
        {
            if (bucket >= 0)
                _buckets[bucket]++;
            _sum += value;
            _count++;
        }
    }

    /// <summary>What it is now: the sum or value, how many samples, and how many in each bucket alone.</summary>
    public (double Sum, long Count, long[] Buckets) Read()
    {
        lock (_gate)
            return (_sum, _count, [.. _buckets]);
    }
}
