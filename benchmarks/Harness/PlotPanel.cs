using System.Globalization;
using System.Text;

namespace Harness;

/// <summary>One pair of axes: the number of callers across, on a log scale; a figure upwards, from 0 or on a log scale.</summary>
internal sealed record PlotPanel(double X, double Y, double Width, double Height, bool Logarithmic, bool CallersLabelled, Func<double, string> Label)
{
    private static readonly double[] Steps = [1, 2, 5, 10];

    public void Draw(StringBuilder svg, IEnumerable<Measurement> measurements, List<string> subjects, Func<Measurement, double?> figure)
    {
        var points = measurements.Where(m => figure(m) > 0).Select(m => (m.Subject, Callers: m.Callers!.Value, Value: figure(m)!.Value)).ToList();
        if (points.Count == 0)
        {
            return;
        }

        var callers = points.Select(static p => p.Callers).Distinct().Order().ToList();
        var ticks = Logarithmic ? LogTicks(points.Min(static p => p.Value), points.Max(static p => p.Value)) : LinearTicks(points.Max(static p => p.Value));
        double Across(int count) => X + 8 + ((Width - 16) * Share(count, callers[0], callers[^1], logarithmic: true));
        double Up(double value) => Y + (Height * (1 - Share(value, ticks[0], ticks[^1], Logarithmic)));

        foreach (var tick in ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="grid" d="M{X:0.#} {Up(tick):0.#}h{Width:0.#}"/><text class="muted end" x="{X - 6:0.#}" y="{Up(tick) + 4:0.#}">{Label(tick)}</text>""").Append('\n');
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<path class="axis" d="M{X:0.#} {Y + Height:0.#}h{Width:0.#}"/>""");
        foreach (var count in callers)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="axis" d="M{Across(count):0.#} {Y + Height:0.#}v4"/>""");
            if (CallersLabelled)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<text class="muted middle" x="{Across(count):0.#}" y="{Y + Height + 16:0.#}">{count:N0}</text>""");
            }
        }

        svg.Append('\n');
        // The first subject is drawn last, so that it lies over the others.
        for (var i = subjects.Count - 1; i >= 0; i--)
        {
            var line = points.Where(p => p.Subject == subjects[i]).OrderBy(static p => p.Callers).Select(p => (X: Across(p.Callers), Y: Up(p.Value))).ToList();
            if (line.Count == 0)
            {
                continue;
            }

            var path = string.Join('L', line.Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#} {p.Y:0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"""<g class="s{i % 6}"><path class="line" d="M{path}"/>{string.Concat(line.Select(p => Marker(i, p.X, p.Y)))}</g>""").Append('\n');
        }
    }

    /// <summary>A shape for each subject, for those who do not see its color.</summary>
    public static string Marker(int subject, double x, double y) => (subject % 4) switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"""<circle cx="{x:0.#}" cy="{y:0.#}" r="3.6"/>"""),
        1 => string.Create(CultureInfo.InvariantCulture, $"""<path d="M{x - 3:0.#} {y - 3:0.#}h6v6h-6z"/>"""),
        2 => string.Create(CultureInfo.InvariantCulture, $"""<path d="M{x:0.#} {y - 4:0.#}l4 7h-8z"/>"""),
        _ => string.Create(CultureInfo.InvariantCulture, $"""<path d="M{x:0.#} {y - 4:0.#}l4 4-4 4-4-4z"/>"""),
    };

    public static string Count(double value) => value switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##M", CultureInfo.InvariantCulture),
        >= 1e3 => (value / 1e3).ToString("0.##k", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    public static string Milliseconds(double value) => value.ToString("#,0.####", CultureInfo.InvariantCulture);

    private static double Share(double value, double low, double high, bool logarithmic) => high <= low ? 0.5
        : logarithmic ? Math.Log(value / low) / Math.Log(high / low)
        : (value - low) / (high - low);

    private static List<double> LinearTicks(double max)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(max)) - 1);
        var step = Steps.Select(s => s * unit).Concat(Steps.Select(s => s * unit * 10)).First(s => max / s <= 5);
        return Enumerable.Range(0, (int)Math.Ceiling(max / step) + 1).Select(i => i * step).ToList();
    }

    /// <summary>1, 2 and 5 of each decade from the last below the least figure to the first above the greatest; where those are too many, whole decades.</summary>
    private static List<double> LogTicks(double min, double max)
    {
        foreach (var mantissas in new double[][] { [1, 2, 5], [1] })
        {
            var all = Enumerable.Range(-6, 16).SelectMany(decade => mantissas.Select(m => m * Math.Pow(10, decade))).ToList();
            var ticks = all.SkipWhile(t => all[all.IndexOf(t) + 1] <= min).ToList();
            ticks = ticks.Take(ticks.FindIndex(t => t >= max) + 1).ToList();
            if (ticks.Count <= 6 || mantissas.Length == 1)
            {
                return ticks.Count > 1 ? ticks : [ticks[0], ticks[0] * 10];
            }
        }

        return [];
    }
}
