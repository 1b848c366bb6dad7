using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace SaasApp;

/// <summary>
/// Listens to the packages' meters and writes them in the text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Where OpenTelemetry's exporter
/// can be installed, use that: the packages do not know the difference.
/// </summary>
internal sealed class MetricStore : IHostedService, IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, MetricSeries>> _instruments = new();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Patterns.", StringComparison.Ordinal) || instrument.Meter.Name is "Npgsql" or "Microsoft.AspNetCore.Hosting") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<byte>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    /// <summary>Everything that was measured since the start.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _instruments.GroupBy(static pair => Name(pair.Key), StringComparer.Ordinal).OrderBy(static family => family.Key, StringComparer.Ordinal))
        {
            var series = family.SelectMany(static pair => pair.Value.Values).OrderBy(static one => one.Labels, StringComparer.Ordinal).ToList();
            if (family.First().Key.Description is { Length: > 0 } help) text.Append(CultureInfo.InvariantCulture, $"# HELP {family.Key} {Escaped(help)}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {family.Key} {series[0].Type}\n");
            foreach (var one in series) Write(text, family.Key, one);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, MetricSeries series)
    {
        var (value, count, buckets) = series.Read();
        if (series.Type != "histogram")
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{Braced(series.Labels)} {value}\n");
            return;
        }

        var sum = 0L;
        var before = series.Labels.Length == 0 ? "" : series.Labels + ",";
        for (var i = 0; i < buckets.Length; i++)
        {
            sum += buckets[i];
            var boundary = i < series.Boundaries.Count ? series.Boundaries[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{boundary}\"}} {sum}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braced(series.Labels)} {value}\n{name}_count{Braced(series.Labels)} {count}\n");
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, tag) in tags)
            labels.Append(labels.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{Sanitized(name)}=\"{Escaped(Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        _instruments.GetOrAdd(instrument, static _ => new(StringComparer.Ordinal)).GetOrAdd(labels.ToString(), static (key, about) => new(about, key), instrument).Add(value);
    }

    // The unit belongs in the name, and a counter ends with _total.
    private static string Name(Instrument instrument)
    {
        var name = Sanitized(instrument.Name) + (instrument.Unit == "s" ? "_seconds" : instrument.Unit == "By" ? "_bytes" : "");
        return instrument.GetType().Name.Split('`')[0] is "Counter" or "ObservableCounter" ? name + "_total" : name;
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Sanitized(string name) => string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
