using System.Buffers.Binary;

namespace Patterns.LlmCost;

/// <summary>The time within a UUIDv7 (RFC 9562, section 5.7): milliseconds since 1970 in its first 48 bits.</summary>
internal static class CallTime
{
    public static DateTimeOffset Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }
}
