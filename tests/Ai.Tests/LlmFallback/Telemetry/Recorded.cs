using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ai.Tests.LlmFallback.Telemetry;

/// <summary>What the package tells of itself while it is listened to. Other tests run beside, so spans and measures are told apart by names of one's own.</summary>
internal sealed class Recorded : IDisposable
{
    private const string Package = "Patterns.LlmFallback";
    private readonly ActivityListener _spans;
    private readonly MeterListener _meters = new();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measures = new();

    public Recorded()
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Package,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_spans);
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == Package)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _meters.Start();
    }

    public void Observe() => _meters.RecordObservableInstruments();

    /// <summary>The span of a chain's only call.</summary>
    public Activity CallOf(string chain) => _ended.Single(span => span.GetTagItem("patterns.chain") is string name && name == chain);

    public IReadOnlyList<Activity> ChildrenOf(Activity call) => [.. _ended.Where(span => span.ParentSpanId == call.SpanId).OrderBy(static span => span.GetTagItem("patterns.attempt"))];

    public IReadOnlyList<(double Value, Dictionary<string, object?> Tags)> Measures(string name, string tag, string value) =>
        [.. _measures.Where(m => m.Name == name && m.Tags.TryGetValue(tag, out var found) && found is string text && text == value).Select(static m => (m.Value, m.Tags))];

    public void Dispose()
    {
        _spans.Dispose();
        _meters.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measures.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary(static t => t.Key, static t => t.Value, StringComparer.Ordinal)));
}
