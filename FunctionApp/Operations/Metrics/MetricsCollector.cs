using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Atelier.Operations.Metrics;

/// <summary>Collects the metrics of every meter in the process from its start, including those of the runtime and of libraries.</summary>
public sealed class MetricsCollector : IHostedService, IDisposable
{
    private static readonly double[] SecondsBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly double[] OtherBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000];

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<MetricFamily, byte> _observed = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _reading = new();

    /// <summary>Prepares to listen.</summary>
    public MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Describe(instrument) is { } target)
                listener.EnableMeasurementEvents(instrument, target);
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, target) => Take(value, tags, target));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, target) => Take((double)value, tags, target));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Everything that was counted, in the text format of Prometheus.</summary>
    public string Read()
    {
        // Two reads at once would each clear what the other has just observed.
        lock (_reading)
        {
            foreach (var family in _observed.Keys)
                family.Clear();
            _listener.RecordObservableInstruments();
            return PrometheusText.Write(_families.Values);
        }
    }

    private static void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? target)
    {
        if (target is not Target { Family: { } family } known || family.Find(tags) is not { } series || !double.IsFinite(value))
            return;
        if (family.Kind == MetricKind.Histogram)
            series.Sample(value, family.Bounds);
        else if (known.IsAbsolute)
            series.Set(value);
        else
            series.Add(value);
    }

    private Target? Describe(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        MetricKind? kind = type[..Math.Max(0, type.IndexOf('`', StringComparison.Ordinal))] switch
        {
            "Counter" or "ObservableCounter" => MetricKind.Counter,
            "UpDownCounter" or "ObservableUpDownCounter" or "Gauge" or "ObservableGauge" => MetricKind.Gauge,
            "Histogram" => MetricKind.Histogram,
            _ => null,
        };
        if (kind is not { } known)
            return null;

        var name = PrometheusText.Name(instrument.Name, instrument.Unit, known);
        var family = _families.GetOrAdd(name, _ => new MetricFamily(name, instrument.Description ?? "", known, BoundsOf(instrument, known)));
        if (family.Kind != known)
            return null;
        if (instrument.IsObservable)
            _observed.TryAdd(family, 0);
        // What is observed is cleared before each reading: series with the same labels add up.
        return new Target(family, IsAbsolute: type.StartsWith("Gauge", StringComparison.Ordinal));
    }

    private static double[] BoundsOf(Instrument instrument, MetricKind kind) => (kind, instrument) switch
    {
        (not MetricKind.Histogram, _) => [],
        (_, Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds }) => [.. bounds],
        (_, { Unit: "s" }) => SecondsBounds,
        _ => OtherBounds,
    };

    private sealed record Target(MetricFamily Family, bool IsAbsolute);
}
