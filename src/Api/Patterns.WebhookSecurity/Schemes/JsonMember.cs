using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>
/// Finds one member of a JSON object without reading the rest. A provider's envelope is small and its payload large, and a tokenizer would take longer than the
/// MAC does, so nested values are skipped 64 bytes at a time. Nested values are balanced, not validated.
/// </summary>
internal static class JsonMember
{
    private static readonly SearchValues<byte> EndsOfScalar = SearchValues.Create(",}] \n\r\t"u8);

    /// <summary>The member's text; null if there is no such member, it is no string, or this is no JSON object.</summary>
    public static string? FindString(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var raw = Find(json, name);
        if (raw is not [(byte)'"', .., (byte)'"']) return null;
        var text = raw[1..^1];
        if (!text.Contains((byte)'\\')) return System.Text.Unicode.Utf8.IsValid(text) && text.IndexOfAnyInRange((byte)0, (byte)0x1f) < 0 ? Encoding.UTF8.GetString(text) : null;
        try
        {
            var reader = new Utf8JsonReader(raw);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The member's value as it stands there; empty if there is none. Of two members of one name, the first.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var i = SkipSpace(json, 0);
        if (At(json, i) != '{') return default;
        i = SkipSpace(json, i + 1);
        while (At(json, i) == '"')
        {
            var key = json[i..EndOfString(json, i)];
            i = SkipSpace(json, i + key.Length);
            if (At(json, i) != ':') return default;
            i = SkipSpace(json, i + 1);
            var end = EndOfValue(json, i);
            if (end == i || end > json.Length) return default;
            if (key.Length == name.Length + 2 && key[1..^1].SequenceEqual(name)) return json[i..end];
            i = SkipSpace(json, end);
            if (At(json, i) != ',') return default;
            i = SkipSpace(json, i + 1);
        }
        return default;
    }

    private static int At(ReadOnlySpan<byte> json, int i) => i < json.Length ? json[i] : -1;

    private static int SkipSpace(ReadOnlySpan<byte> json, int i)
    {
        while (i < json.Length && json[i] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') i++;
        return i;
    }

    private static int EndOfValue(ReadOnlySpan<byte> json, int i)
    {
        switch (At(json, i))
        {
            case '"': return EndOfString(json, i);
            case '{' or '[': return EndOfContainer(json, i);
            default:
                var length = json[Math.Min(i, json.Length)..].IndexOfAny(EndsOfScalar);
                return length < 0 ? json.Length : i + length;
        }
    }

    // Past the closing quote, or at the end of a text that is cut off.
    private static int EndOfString(ReadOnlySpan<byte> json, int i)
    {
        for (i++; i < json.Length;)
        {
            var stop = json[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0) return json.Length;
            i += stop;
            if (json[i] == '"') return i + 1;
            i += 2;
        }
        return json.Length;
    }

    /// <summary>Past the bracket that closes the one at <paramref name="start"/>, or one past the end if none does.</summary>
    private static int EndOfContainer(ReadOnlySpan<byte> json, int start)
    {
        var depth = 0;
        ulong insideString = 0; // all ones while the previous block ended inside a string
        ulong escapedFirst = 0; // 1 if the previous block ended with an escaping backslash
        for (var i = start; i < json.Length; i += 64)
        {
            var bytes = i + 64 <= json.Length ? Vector512.LoadUnsafe(in json[i]) : Padded(json[i..]);
            var escaped = Escaped(Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits(), ref escapedFirst);
            var strings = PrefixXor(Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits() & ~escaped) ^ insideString;
            insideString = (ulong)((long)strings >> 63);
            var folded = bytes | Vector512.Create((byte)0x20); // '[' becomes '{' and ']' becomes '}'
            var opens = Vector512.Equals(folded, Vector512.Create((byte)'{')).ExtractMostSignificantBits() & ~strings;
            var closes = Vector512.Equals(folded, Vector512.Create((byte)'}')).ExtractMostSignificantBits() & ~strings;
            if (BitOperations.PopCount(closes) < depth)
            {
                depth += BitOperations.PopCount(opens) - BitOperations.PopCount(closes);
                continue;
            }
            for (var brackets = opens | closes; brackets != 0; brackets &= brackets - 1)
            {
                var bit = BitOperations.TrailingZeroCount(brackets);
                depth += (opens >> bit & 1) != 0 ? 1 : -1;
                if (depth == 0) return i + bit + 1;
            }
        }
        return json.Length + 1;
    }

    private static Vector512<byte> Padded(ReadOnlySpan<byte> rest)
    {
        Span<byte> block = stackalloc byte[64];
        block.Fill((byte)' ');
        rest.CopyTo(block);
        return Vector512.LoadUnsafe(in block[0]);
    }

    private static ulong Escaped(ulong backslashes, ref ulong escapedFirst)
    {
        var escaped = escapedFirst;
        backslashes &= ~escapedFirst;
        escapedFirst = 0;
        while (backslashes != 0)
        {
            var bit = BitOperations.TrailingZeroCount(backslashes);
            if (bit == 63) escapedFirst = 1;
            else escaped |= 2UL << bit;
            backslashes &= ~(3UL << bit);
        }
        return escaped;
    }

    // Bit i says whether an odd number of quotes stands at or before i, which is inside a string.
    private static ulong PrefixXor(ulong quotes)
    {
        quotes ^= quotes << 1;
        quotes ^= quotes << 2;
        quotes ^= quotes << 4;
        quotes ^= quotes << 8;
        quotes ^= quotes << 16;
        return quotes ^ quotes << 32;
    }
}
