using System.Globalization;
using System.Text;

namespace Patterns.RlsTesting;

/// <summary>What every probe saw.</summary>
/// <param name="Probes">By table, identity and command.</param>
public sealed record LeakMatrix(IReadOnlyList<Probe> Probes)
{
    private const int Listed = 100;

    /// <summary>
    /// No probe reached what it should not, every tenant reached its own rows by every command that its role is granted, and there was at least one such row: a matrix in which
    /// nobody reaches anything proves nothing.
    /// </summary>
    public bool IsSafe => Probes.All(p => p.IsSafe) && ProvesSomething;

    private bool ProvesSomething => Probes.Any(p => p.Expected == ProbeExpectation.Reached);

    /// <summary>Fails a test, in any framework.</summary>
    /// <exception cref="RlsUnsafeException">Something is not safe; the message lists table, command, identity, what was expected and what was seen, for the first 100.</exception>
    public void ThrowIfUnsafe()
    {
        var bad = Probes.Where(p => !p.IsSafe).ToList();
        if (bad.Count == 0 && ProvesSomething)
            return;
        if (bad.Count == 0)
        {
            throw new RlsUnsafeException(Probes.Count == 0
                ? "There was no tenant table to probe, so that nothing is proved: name the right schemas and tenant column."
                : "No tenant could reach a row of its own in any table, so that nothing is proved: grant the application's role what the application needs.");
        }

        var message = new StringBuilder($"{bad.Count} of {Probes.Count} probes are not safe:");
        foreach (var probe in bad.Take(Listed))
            message.Append('\n').Append($"  {probe.Table}: {probe.Command} as {probe.Identity}: expected {probe.Expected}, saw {probe.Seen}{(probe.Detail.Length > 0 ? $" ({probe.Detail})" : "")}");
        if (bad.Count > Listed)
            message.Append('\n').Append(CultureInfo.InvariantCulture, $"  and {bad.Count - Listed} more");
        throw new RlsUnsafeException(message.ToString());
    }

    /// <summary>The whole matrix as a table for a report.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| table | command | identity | expected | seen | safe | detail |\n|---|---|---|---|---|---|---|\n");
        foreach (var p in Probes)
            text.Append($"| {p.Table} | {p.Command} | {p.Identity} | {p.Expected} | {p.Seen} | {(p.IsSafe ? "yes" : "NO")} | {p.Detail.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")} |\n");
        return text.ToString();
    }
}
