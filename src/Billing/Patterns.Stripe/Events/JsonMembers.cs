using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Patterns.Stripe;

/// <summary>The members of one JSON object, one after the other. What is nested is skipped by its brackets: it is balanced, not validated.</summary>
internal ref struct JsonMembers
{
    private const int Block = 64;
    private static readonly SearchValues<byte> AfterScalar = SearchValues.Create(",} \n\r\t"u8);
    private readonly ReadOnlySpan<byte> _json;
    private int _at;
    private bool _closed;

    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        _at = SkipSpace(0);
        _at = At(_at) == '{' ? SkipSpace(_at + 1) : json.Length;
    }

    /// <summary>The member's name, as it stands between its quotes.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The member's value, as it stands there.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the object was read to its closing bracket, with nothing behind it.</summary>
    public readonly bool AtEnd => _closed && SkipSpace(_at) == _json.Length;

    /// <summary>Moves to the next member; false after the last, and where this stops being JSON.</summary>
    public bool Read()
    {
        if (At(_at) != '"')
        {
            _closed = At(_at++) == '}';
            return false;
        }

        var end = EndOfString(_at);
        var colon = SkipSpace(end);
        var value = SkipSpace(colon + 1);
        var next = EndOfValue(value);
        if (At(colon) != ':' || next <= value || next > _json.Length)
        {
            _at = _json.Length;
            return false;
        }

        Name = _json[(_at + 1)..(end - 1)];
        Value = _json[value..next];
        _at = SkipSpace(next);
        if (At(_at) == ',')
        {
            _at = SkipSpace(_at + 1);
            if (At(_at) != '"') _at = _json.Length;
        }
        else if (At(_at) != '}')
        {
            _at = _json.Length;
        }

        return true;
    }

    private readonly int At(int index) => index < _json.Length ? _json[index] : -1;

    private readonly int SkipSpace(int index)
    {
        while (index < _json.Length && _json[index] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') index++;
        return index;
    }

    // Each of these returns the index behind the value, and one behind the end of the text for a value that does not end.
    private readonly int EndOfValue(int start) => At(start) switch
    {
        '"' => EndOfString(start),
        '{' or '[' => EndOfNested(start),
        -1 => _json.Length + 1,
        _ => _json[start..].IndexOfAny(AfterScalar) is >= 0 and var length ? start + length : _json.Length + 1,
    };

    private readonly int EndOfString(int start)
    {
        for (var i = start + 1; i < _json.Length; i++)
        {
            var stop = _json[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0) break;
            i += stop;
            if (_json[i] == '"') return i + 1;
            i++; // what a backslash escapes
        }

        return _json.Length + 1;
    }

    // 64 bytes at a time, each of which becomes a bit.
    private readonly int EndOfNested(int start)
    {
        var depth = 0;
        bool inString = false, escapes = false;
        Span<byte> rest = stackalloc byte[Block];
        for (var i = start; i < _json.Length; i += Block)
        {
            scoped var block = _json[i..];
            if (block.Length < Block)
            {
                rest.Fill((byte)' ');
                block.CopyTo(rest);
                block = rest;
            }

            var bytes = Vector512.Create(block);
            var inside = InsideStrings(bytes, ref inString, ref escapes);
            var curly = bytes | Vector512.Create((byte)0x20); // '[' becomes '{' and ']' becomes '}'
            var opens = Vector512.Equals(curly, Vector512.Create((byte)'{')).ExtractMostSignificantBits() & ~inside;
            var closes = Vector512.Equals(curly, Vector512.Create((byte)'}')).ExtractMostSignificantBits() & ~inside;
            if (BitOperations.PopCount(closes) < depth)
            {
                depth += BitOperations.PopCount(opens) - BitOperations.PopCount(closes);
                continue;
            }

            for (var brackets = opens | closes; brackets != 0; brackets &= brackets - 1)
            {
                var at = BitOperations.TrailingZeroCount(brackets);
                depth += (opens >> at & 1) != 0 ? 1 : -1;
                if (depth == 0) return i + at + 1;
            }
        }

        return _json.Length + 1;
    }

    /// <summary>The bytes that lie between two quotes, the opening one included.</summary>
    /// <param name="bytes">The block.</param>
    /// <param name="inString">Whether the block before ended inside a string; then whether this one does.</param>
    /// <param name="escapes">Whether the block before ended with a backslash that escapes this one's first byte; then whether this one does.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong InsideStrings(Vector512<byte> bytes, ref bool inString, ref bool escapes)
    {
        var escaped = escapes ? 1UL : 0;
        escapes = false;
        var backslashes = Vector512.Equals(bytes, Vector512.Create((byte)'\\')).ExtractMostSignificantBits() & ~escaped;
        while (backslashes != 0)
        {
            var backslash = backslashes & ~(backslashes - 1);
            escapes = backslash == 1UL << (Block - 1);
            escaped |= backslash << 1;
            backslashes &= ~(backslash | backslash << 1);
        }

        // Each bit becomes the parity of the quotes up to it.
        var inside = Vector512.Equals(bytes, Vector512.Create((byte)'"')).ExtractMostSignificantBits() & ~escaped;
        inside ^= inside << 1;
        inside ^= inside << 2;
        inside ^= inside << 4;
        inside ^= inside << 8;
        inside ^= inside << 16;
        inside ^= inside << 32;
        if (inString) inside = ~inside;
        inString = (long)inside < 0;
        return inside;
    }
}
