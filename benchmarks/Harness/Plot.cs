using System.Globalization;
using System.Security;
using System.Text;

namespace Harness;

/// <summary>
/// Draws throughput and p99 over the number of callers, a pair of panels for each case, as one SVG that is a function of the measurements alone. It brings
/// its own background, since a page's theme and the viewer's preference, which is all that an image sees, may differ.
/// </summary>
internal static class Plot
{
    private const double PageWidth = 860;
    private const double Head = 58;
    private const double CellHeight = 372;

    private const string Style =
        """
        svg { color-scheme: light dark; font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
        .page { fill: #fff; stroke: #d1d9e0 } text { fill: #1f2328 } .muted { fill: #59636e; font-size: 11px } .name { font-size: 15px; font-weight: 600 } .case { font-size: 13px; font-weight: 600 }
        .grid { stroke: #d1d9e0; stroke-width: .6 } .axis { stroke: #818b98 } .end { text-anchor: end } .middle { text-anchor: middle }
        .line { fill: none; stroke-width: 1.8; stroke-linejoin: round } .s0 .line { stroke-width: 2.8 }
        .s0 { stroke: #0969da; fill: #0969da } .s1 { stroke: #59636e; fill: #59636e } .s2 { stroke: #bc4c00; fill: #bc4c00 } .s3 { stroke: #1a7f37; fill: #1a7f37 } .s4 { stroke: #8250df; fill: #8250df } .s5 { stroke: #9a6700; fill: #9a6700 }
        @media (prefers-color-scheme: dark) {
          .page { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc } .muted { fill: #9198a1 } .grid { stroke: #3d444d } .axis { stroke: #656c76 }
          .s0 { stroke: #4493f8; fill: #4493f8 } .s1 { stroke: #b1bac4; fill: #b1bac4 } .s2 { stroke: #f0883e; fill: #f0883e } .s3 { stroke: #3fb950; fill: #3fb950 } .s4 { stroke: #ab7df8; fill: #ab7df8 } .s5 { stroke: #d29922; fill: #d29922 }
        }
        """;

    /// <returns>The drawing; null when no case was measured with several numbers of callers.</returns>
    public static string? Draw(string name, IReadOnlyList<Measurement> measurements)
    {
        var cases = measurements.Where(static m => m.Callers is not null).GroupBy(static m => m.Case, StringComparer.Ordinal)
            .Where(static g => g.DistinctBy(static m => m.Callers).Skip(1).Any()).ToList();
        if (cases.Count == 0)
        {
            return null;
        }

        var subjects = cases.SelectMany(static c => c).Select(static m => m.Subject).Distinct(StringComparer.Ordinal).OrderBy(static s => s switch { "Ours" => 0, "Raw" => 1, _ => 2 }).ToList();
        var rows = (cases.Count + 2) / 3;
        var columns = (cases.Count + rows - 1) / rows;
        var cellWidth = Math.Min(PageWidth / columns, PageWidth / 2);
        var (width, height) = (Math.Max(cellWidth * columns, PageWidth * 0.6), Head + (rows * CellHeight));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0} {height:0}" width="{width:0}" height="{height:0}" role="img" aria-labelledby="title">""").Append('\n');
        svg.Append(CultureInfo.InvariantCulture, $"<title id=\"title\">{Escape(name)}: calls per second and p99 over the number of callers, for {Escape(string.Join(", ", subjects))}</title>\n<style>\n{Style}\n</style>\n");
        svg.Append(CultureInfo.InvariantCulture, $"""<rect class="page" x=".5" y=".5" width="{width - 1:0}" height="{height - 1:0}" rx="6"/>""").Append('\n');
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="name" x="16" y="26">{Escape(name)}</text>""").Append('\n');
        Legend(svg, subjects);
        for (var i = 0; i < cases.Count; i++)
        {
            Cell(svg, cases[i], subjects, (i % columns) * cellWidth, Head + (i / columns * CellHeight), cellWidth);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Legend(StringBuilder svg, List<string> subjects)
    {
        var x = 16.0;
        for (var i = 0; i < subjects.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<g class="s{i % 6}"><path class="line" d="M{x:0.#} 44h24"/>{PlotPanel.Marker(i, x + 12, 44)}</g><text x="{x + 30:0.#}" y="48">{Escape(subjects[i])}</text>""").Append('\n');
            x += 54 + (subjects[i].Length * 6.6);
        }
    }

    private static void Cell(StringBuilder svg, IGrouping<string, Measurement> rows, List<string> subjects, double x, double y, double width)
    {
        var throughput = new PlotPanel(x + 56, y + 48, width - 80, 150, Logarithmic: false, CallersLabelled: false, PlotPanel.Count);
        var p99 = new PlotPanel(x + 56, y + 228, width - 80, 104, Logarithmic: true, CallersLabelled: true, PlotPanel.Milliseconds);
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="case" x="{x + 16:0.#}" y="{y + 20:0.#}">{Escape(rows.Key)}</text>""").Append('\n');
        Caption(svg, throughput, "calls/s", Ratio(rows, static m => m.OpsPerSecond));
        throughput.Draw(svg, rows, subjects, static m => m.OpsPerSecond);
        Caption(svg, p99, "p99, ms (log)", Ratio(rows, static m => m.P99Ms));
        p99.Draw(svg, rows, subjects, static m => m.P99Ms);
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="muted middle" x="{p99.X + (p99.Width / 2):0.#}" y="{p99.Y + p99.Height + 32:0.#}">callers (log)</text>""").Append('\n');
    }

    private static void Caption(StringBuilder svg, PlotPanel panel, string left, string right) => svg
        .Append(CultureInfo.InvariantCulture, $"""<text class="muted" x="{panel.X - 40:0.#}" y="{panel.Y - 9:0.#}">{left}</text><text class="muted end" x="{panel.X + panel.Width:0.#}" y="{panel.Y - 9:0.#}">{right}</text>""").Append('\n');

    /// <summary>Ours to Raw with as many callers as both were measured with.</summary>
    private static string Ratio(IEnumerable<Measurement> rows, Func<Measurement, double?> figure)
    {
        var pair = rows.Where(m => m.Subject is "Ours" or "Raw" && figure(m) is not null).GroupBy(static m => m.Callers).Where(static g => g.Count() == 2).MaxBy(static g => g.Key);
        if (pair is null)
        {
            return "";
        }

        var ratio = figure(pair.Single(static m => m.Subject == "Ours"))!.Value / figure(pair.Single(static m => m.Subject == "Raw"))!.Value;
        var format = ratio >= 10 ? "0" : ratio >= 1 ? "0.0" : "0.00";
        return string.Create(CultureInfo.InvariantCulture, $"Ours {ratio.ToString(format, CultureInfo.InvariantCulture)}x Raw at {pair.Key:N0} callers");
    }

    private static string Escape(string text) => SecurityElement.Escape(text);
}
