using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Harness;

/// <summary>Writes <c>benchmarks/results/&lt;Name&gt;.md</c>, <c>.json</c> and, where callers are varied, <c>.svg</c>; a quick run, whose figures mean nothing, goes to <c>artifacts</c> instead.</summary>
internal static class Report
{
    private const string Baseline = "Raw";

    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task WriteAsync(string name, IReadOnlyList<Measurement> measurements, IReadOnlyList<string> notes, bool quick)
    {
        // A peer's rows come last, but are read beside the others of their case.
        measurements = measurements.GroupBy(static measurement => (measurement.Case, measurement.Callers)).SelectMany(static group => group).Select(Rounded).ToList();
        var directory = Path.Combine(Repository.Root, quick ? "artifacts/benchmarks" : "benchmarks/results");
        Directory.CreateDirectory(directory);
        var lines = measurements.Select(static measurement => "  " + JsonSerializer.Serialize(measurement, Json));
        await File.WriteAllTextAsync(Path.Combine(directory, name + ".json"), $"[\n{string.Join(",\n", lines)}\n]\n");

        var table = Markdown(name, measurements, notes);
        await File.WriteAllTextAsync(Path.Combine(directory, name + ".md"), table);
        await PlotAsync(directory, name, measurements);
        Console.WriteLine();
        Console.WriteLine(table);
    }

    /// <summary>Draws the plot of the committed measurements once more.</summary>
    public static async Task PlotAsync(string name)
    {
        var directory = Path.Combine(Repository.Root, "benchmarks/results");
        await using var json = File.OpenRead(Path.Combine(directory, name + ".json"));
        await PlotAsync(directory, name, (await JsonSerializer.DeserializeAsync<List<Measurement>>(json))!);
    }

    private static async Task PlotAsync(string directory, string name, IReadOnlyList<Measurement> measurements)
    {
        if (Plot.Draw(name, measurements) is { } svg)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, name + ".svg"), svg);
        }
    }

    private static string Markdown(string name, IReadOnlyList<Measurement> measurements, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder($"# {name}\n\n{Machine.Describe()}.\n");
        foreach (var note in notes)
        {
            text.Append(note).Append('\n');
        }

        text.Append("A ratio is to `Raw`, hand-written code for the same case, in the same run. Written by `build/bench ").Append(name).Append("`.\n");
        var alone = measurements.Where(static measurement => measurement.Callers is null).ToList();
        if (alone.Count > 0)
        {
            text.Append("\n| case | subject | time of a call | allocated | time to Raw |\n|---|---|---:|---:|---:|\n");
            foreach (var row in alone)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row.Case} | {row.Subject} | {Time(row.MeanNs)} | {Bytes(row.BytesPerOp)} | {Ratio(row, measurements, static measurement => measurement.MeanNs)} |\n");
            }
        }

        var together = measurements.Where(static measurement => measurement.Callers is not null).ToList();
        if (together.Count > 0)
        {
            text.Append("\n| case | callers | subject | calls/s | p50 | p99 | allocated | calls/s to Raw | p50 to Raw | p99 to Raw |\n|---|---:|---|---:|---:|---:|---:|---:|---:|---:|\n");
            foreach (var row in together)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row.Case} | {row.Callers} | {row.Subject} | {row.OpsPerSecond:N0} | {Time(row.P50Ms * 1e6)} | {Time(row.P99Ms * 1e6)} | {Bytes(row.BytesPerOp)} | ")
                    .Append(CultureInfo.InvariantCulture, $"{Ratio(row, measurements, static measurement => measurement.OpsPerSecond)} | {Ratio(row, measurements, static measurement => measurement.P50Ms)} | {Ratio(row, measurements, static measurement => measurement.P99Ms)} |\n");
            }
        }

        return text.ToString();
    }

    private static string Ratio(Measurement row, IEnumerable<Measurement> all, Func<Measurement, double?> figure)
    {
        var raw = all.FirstOrDefault(other => other.Subject == Baseline && other.Case == row.Case && other.Callers == row.Callers);
        return raw is not null && figure(row) / figure(raw) is { } ratio ? ratio.ToString("0.00x", CultureInfo.InvariantCulture) : "";
    }

    private static string Time(double? nanoseconds) => nanoseconds switch
    {
        null => "",
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0.0} ns"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.00} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.00} ms"),
    };

    private static string Bytes(double? bytes) => bytes is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B");

    private static Measurement Rounded(Measurement measurement) => measurement with
    {
        OpsPerSecond = Rounded(measurement.OpsPerSecond, 1),
        MeanNs = Rounded(measurement.MeanNs, 1),
        P50Ms = Rounded(measurement.P50Ms, 4),
        P99Ms = Rounded(measurement.P99Ms, 4),
        BytesPerOp = Rounded(measurement.BytesPerOp, 0),
    };

    private static double? Rounded(double? figure, int digits) => figure is { } value ? Math.Round(value, digits) : null;
}
