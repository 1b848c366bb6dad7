using System.Diagnostics.Metrics;

namespace SaasApp;

/// <summary>What was measured of one instrument under one set of tags.</summary>
internal sealed class MetricSeries
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Counts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];
    private readonly Lock _lock = new();
    private readonly long[]? _buckets;
    private double _value;
    private long _count;

    public MetricSeries(Instrument instrument, string labels)
    {
        Labels = labels;
        Type = instrument.GetType().Name.Split('`')[0] switch
        {
            "Histogram" => "histogram",
            "Counter" or "ObservableCounter" => "counter",
            _ => "gauge",
        };
        // An observable instrument tells its state, a counter what has come since.
        IsState = instrument.IsObservable || instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        if (Type != "histogram")
            return;

        Boundaries = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } told } => told,
            Histogram<long> { Advice.HistogramBucketBoundaries: { } told } => [.. told.Select(static boundary => (double)boundary)],
            _ => instrument.Unit == "s" ? Seconds : Counts,
        };
        _buckets = new long[Boundaries.Count + 1];
    }

    public string Labels { get; }

    public string Type { get; }

    public IReadOnlyList<double> Boundaries { get; } = [];

    private bool IsState { get; }

    public void Add(double value)
    {
        lock (_lock)
        {
            _value = IsState ? value : _value + value;
            if (_buckets is null)
                return;

            _count++;
            var bucket = 0;
            while (bucket < Boundaries.Count && value > Boundaries[bucket]) bucket++;
            _buckets[bucket]++;
        }
    }

    /// <summary>The value (of a histogram the sum), the count, and how many were at most each boundary.</summary>
    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (_lock) return (_value, _count, (long[])(_buckets ?? []).Clone());
    }
}
