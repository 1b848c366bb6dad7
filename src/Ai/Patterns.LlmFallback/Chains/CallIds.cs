namespace Patterns.LlmFallback;

/// <summary>Makes the ids of calls: UUIDs of version 7 (RFC 9562).</summary>
internal static class CallIds
{
    // Guid.CreateVersion7 asks the system for random bytes each time, which costs as much as all else that a healthy call does. The id of a call is unique, not secret.
    public static Guid New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes[6..]);
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var i = 5; i >= 0; i--, milliseconds >>= 8)
            bytes[i] = (byte)milliseconds;
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }
}
