using System.Runtime.CompilerServices;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>What a scheme read from the headers of one request: the values that go into the signed content, and the signatures to try.</summary>
internal ref struct SignedParts
{
    private Entries _entries;

    /// <summary>The set of headers that the request uses.</summary>
    public HeaderNames? Names;

    /// <summary>The id header's value, if the scheme has one.</summary>
    public string? Id;

    /// <summary>The timestamp as it was sent: these characters are what is signed.</summary>
    public ReadOnlySpan<char> TimestampText;

    /// <summary>The timestamp in seconds since 1970, if the scheme has one.</summary>
    public long? Timestamp;

    /// <summary>The absolute URL, if the scheme signs it.</summary>
    public string? Url;

    /// <summary>The signature header's value.</summary>
    public ReadOnlySpan<char> Header;

    /// <summary>How many signatures there are to try.</summary>
    public int Count { get; private set; }

    /// <summary>A signature with its version prefix, as it stands in the header.</summary>
    public readonly ReadOnlySpan<char> this[int index] => Header.Slice(_entries[index].Start, _entries[index].Length);

    /// <summary>Notes a signature; false if there are too many.</summary>
    public bool TryAdd(int start, int length)
    {
        if (Count == Entries.Capacity) return false;
        _entries[Count++] = (start, length);
        return true;
    }

    /// <summary>Reads whole seconds: 1 to 12 digits and nothing else.</summary>
    public bool TryReadTimestamp(ReadOnlySpan<char> text)
    {
        const long EndOfCalendar = 253_402_300_799;
        if (text.IsEmpty || text.Length > 12) return false;
        long seconds = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            seconds = seconds * 10 + (digit - '0');
        }
        TimestampText = text;
        Timestamp = seconds;
        return seconds <= EndOfCalendar;
    }

    [InlineArray(Capacity)]
    private struct Entries
    {
        public const int Capacity = 16;
        private (int Start, int Length) _first;
    }
}
