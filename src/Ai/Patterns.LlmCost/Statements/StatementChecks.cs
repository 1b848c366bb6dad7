using System.Globalization;
using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>What a statement may say.</summary>
internal static class StatementChecks
{
    private const int MaxLines = 1_000_000;

    /// <summary>The lines with those of one day and model added up, by day and model.</summary>
    public static List<StatementLine> Merge(ProviderStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        PlainText.Check(statement.Id, nameof(statement.Id), 200);
        LedgerText.Provider(statement.Provider, nameof(statement.Provider));
        if (statement.Lines is null)
            throw new ArgumentException("Lines is null; a statement without any has an empty list.", nameof(statement));
        if (statement.Lines.Count > MaxLines)
            throw new ArgumentException($"The statement has {statement.Lines.Count} lines; it may have {MaxLines}. Add up those of one day and model.", nameof(statement));
        foreach (var line in statement.Lines)
            Check(line, statement.Month);
        return
        [
            .. statement.Lines
                .GroupBy(static line => (line.Day, Model: line.Model.ToLowerInvariant()))
                .OrderBy(static group => group.Key.Day).ThenBy(static group => group.Key.Model, StringComparer.Ordinal)
                .Select(static group => group.Aggregate(new StatementLine(group.Key.Day, group.Key.Model, PicoUsd.Zero), Add)),
        ];
    }

    public static PicoUsd Total(ProviderStatement statement)
    {
        var lines = statement.Lines.Aggregate(PicoUsd.Zero, static (sum, line) => sum + line.Amount).ToUsd();
        var total = statement.InvoiceUsd ?? decimal.Round(lines, 2, MidpointRounding.AwayFromZero);
        return decimal.Round(total, 2) == total
            ? PicoUsd.FromUsd(total)
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"InvoiceUsd is {total}; an invoice is in whole cents. Give what the invoice says, or null for the rounded sum of the lines."), nameof(statement));
    }

    private static void Check(StatementLine line, Month month)
    {
        ArgumentNullException.ThrowIfNull(line);
        PlainText.Check(line.Model, nameof(line.Model), 200);
        if (line.Day < month.FirstDay || line.Day >= month.End)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A line is of {line.Day:O}, outside {month}. A statement is of one month."), nameof(line));
        if (line.Requests < 0)
            throw new ArgumentOutOfRangeException(nameof(line), line.Requests, "Requests is a count from 0.");
    }

    private static StatementLine Add(StatementLine sum, StatementLine line) => sum with
    {
        Amount = sum.Amount + line.Amount,
        Requests = line.Requests is null ? sum.Requests : (sum.Requests ?? 0) + line.Requests,
        Usage = line.Usage is null ? sum.Usage : Buckets.Add(sum.Usage ?? LlmUsage.None, line.Usage),
    };
}
