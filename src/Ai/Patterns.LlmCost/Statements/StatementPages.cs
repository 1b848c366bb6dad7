using System.Globalization;
using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>What the report pages of providers have in common: buckets of a day in <c>data</c>, each with <c>results</c>.</summary>
internal static class StatementPages
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>Reads every result of a month's days.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="what">What the pages are, for messages.</param>
    /// <param name="month">The month.</param>
    /// <param name="dayOf">Reads the day of a bucket.</param>
    /// <param name="read">Makes a line of a result.</param>
    public static IEnumerable<StatementLine> Read(IEnumerable<string> pages, string what, Month month, Func<JsonElement, DateOnly> dayOf, Func<JsonElement, DateOnly, StatementLine> read)
    {
        ArgumentNullException.ThrowIfNull(pages);
        var number = 0;
        foreach (var page in pages)
        {
            number++;
            foreach (var line in Page(page, $"{what} page {number}", month, dayOf, read))
                yield return line;
        }
    }

    public static string? Text(this JsonElement result, string name) => result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long Count(this JsonElement result, string name) => result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    public static bool Has(this JsonElement result, string name) => result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number;

    /// <summary>An amount in USD. Digits beyond the pico-dollar come from providers' floating point and are rounded.</summary>
    public static PicoUsd Usd(decimal amount, string? currency) => string.Equals(currency, "usd", StringComparison.OrdinalIgnoreCase)
        ? PicoUsd.FromUsd(decimal.Round(amount, 12))
        : throw new InvalidDataException($"an amount is in '{currency}', and only USD can be compared.");

    private static List<StatementLine> Page(string page, string place, Month month, Func<JsonElement, DateOnly> dayOf, Func<JsonElement, DateOnly, StatementLine> read)
    {
        var lines = new List<StatementLine>();
        var bucketNumber = 0;
        try
        {
            using var document = JsonDocument.Parse(page, Options);
            foreach (var bucket in document.RootElement.GetProperty("data").EnumerateArray())
            {
                bucketNumber++;
                var day = dayOf(bucket);
                if (day < month.FirstDay || day >= month.End)
                    continue;
                foreach (var result in bucket.GetProperty("results").EnumerateArray())
                    lines.Add(read(result, day));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or InvalidDataException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{place}, bucket {bucketNumber}: {e.Message}"), e);
        }

        return lines;
    }
}
