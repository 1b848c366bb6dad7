using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Patterns.CreditLedger;

/// <summary>
/// Tells whether two operations with one key are the same: the first 16 bytes of SHA-256 over all that the caller gave. Each part goes in with its length, so that no two
/// lists of parts look alike.
/// </summary>
internal static class ContentHash
{
    private const int Length = 16;

    public static byte[] Of(LedgerKind kind, long? amount, params ReadOnlySpan<string?> parts)
    {
        var size = sizeof(short) + 1 + sizeof(long);
        foreach (var part in parts)
            size += sizeof(int) + (sizeof(char) * (part?.Length ?? 0));

        Span<byte> content = size <= 1_024 ? stackalloc byte[size] : new byte[size];
        BinaryPrimitives.WriteInt16LittleEndian(content, (short)kind);
        content[sizeof(short)] = amount.HasValue ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(content[(sizeof(short) + 1)..], amount.GetValueOrDefault());
        var at = sizeof(short) + 1 + sizeof(long);
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(content[at..], part?.Length ?? -1);
            at += sizeof(int);
            // The characters as they lie in memory: every platform of .NET is little-endian but one, and hashes of that one are its own.
            var characters = MemoryMarshal.AsBytes(part.AsSpan());
            characters.CopyTo(content[at..]);
            at += characters.Length;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return hash[..Length].ToArray();
    }
}
