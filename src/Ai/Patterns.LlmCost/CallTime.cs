using System.Buffers.Binary;

namespace Patterns.LlmCost;

/// <summary>The time within a UUIDv7 (RFC 9562, section 5.7): milliseconds since 1970 in its first 48 bits.</summary>
internal static class CallTime
{
    /// <summary>How many days a call's start and the time within its id are apart at most.</summary>
    public const int MaxDistance = 31;

    public static DateTimeOffset Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }

    /// <summary>The least id that a call of a day may have: ids lie within 31 days of their calls. No version is needed, since every id of that moment is greater.</summary>
    public static Guid FirstIdOf(DateOnly day) => FirstId(day.DayNumber < MaxDistance ? DateOnly.MinValue : day.AddDays(-MaxDistance));

    /// <summary>The least id that is beyond all that calls before a day may have.</summary>
    public static Guid EndIdOf(DateOnly day) => FirstId(day.AddDays(MaxDistance));

    private static Guid FirstId(DateOnly day)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)Math.Max(0, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds()) << 16);
        return new(bytes, bigEndian: true);
    }

    /// <summary>The id with this time, and with the rest from the first bytes of <paramref name="random"/>.</summary>
    public static Guid IdAt(DateTimeOffset at, ReadOnlySpan<byte> random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random[..16].CopyTo(bytes);
        var stamp = ((ulong)at.ToUnixTimeMilliseconds() << 16) | 0x7000 | (uint)(((random[6] & 0x0F) << 8) | random[7]);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, stamp);
        bytes[8] = (byte)(0x80 | (random[8] & 0x3F));
        return new(bytes, bigEndian: true);
    }
}
