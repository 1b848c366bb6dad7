using System.Buffers;
using System.Globalization;

namespace Patterns.LlmFallback;

/// <summary>Reads how long providers ask to wait. What cannot be read is as if it were not there.</summary>
internal static class Waits
{
    // Longer is no wait that anybody meant, and would not fit into a TimeSpan.
    private const double LongestSeconds = 366 * 86_400d;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly string[] HttpDates = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>The longest of <c>retry-after-ms</c>, <c>retry-after</c> (RFC 9110, 10.2.3, and fractions of seconds, which providers send) and the body's own.</summary>
    public static TimeSpan? Of(IReadOnlyDictionary<string, string> headers, ErrorBody body, DateTimeOffset now)
    {
        var wait = body.RetryDelay;
        if (headers.TryGetValue("retry-after-ms", out var text) && Number(text) is { } milliseconds)
            wait = Longer(wait, FromSeconds(milliseconds / 1000));
        if (headers.TryGetValue("retry-after", out text))
            wait = Longer(wait, Seconds(text) ?? UntilDate(text, now));
        return wait;
    }

    public static TimeSpan? Seconds(ReadOnlySpan<char> text) => Number(text) is { } seconds ? FromSeconds(seconds) : null;

    /// <summary>Reads OpenAI's durations (<c>6m0s</c>, <c>1h2m3.5s</c>, <c>20ms</c>); a bare number is one of seconds.</summary>
    public static TimeSpan? Duration(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (Seconds(text) is { } plain)
            return plain;

        var total = 0d;
        if (text.IsEmpty)
            return null;

        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0 || Number(text[..digits]) is not { } number)
                return null;
            text = text[digits..];
            var letters = text.IndexOfAny(Digits);
            var unit = letters < 0 ? text : text[..letters];
            text = text[unit.Length..];
            var seconds = unit switch { "d" => 86_400d, "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001, "us" or "µs" => 0.000_001, "ns" => 0.000_000_001, _ => double.NaN };
            total += number * seconds;
        }
        return FromSeconds(total);
    }

    private static TimeSpan? UntilDate(string text, DateTimeOffset now)
        => DateTimeOffset.TryParseExact(text, HttpDates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var date) && date > now
            ? FromSeconds((date - now).TotalSeconds)
            : null;

    private static TimeSpan? FromSeconds(double seconds) => seconds is >= 0 and <= LongestSeconds ? TimeSpan.FromSeconds(seconds) : null;

    private static double? Number(ReadOnlySpan<char> text)
        => double.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? Longer(TimeSpan? one, TimeSpan? other) => one is null || other > one ? other : one;
}
