using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>A call in a spill file: the length of its text, a checksum (CRC-32C) of length and text, and the text.</summary>
internal static class SpillFrame
{
    public const int HeaderLength = 8;

    // A call has at most some thousand characters; a longer length is not one that was written here.
    private const int MaxLength = 1 << 16;

    public static void Write(ArrayBufferWriter<byte> buffer, LlmCall call)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(call, SpillJson.Default.LlmCall);
        var header = buffer.GetSpan(HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(header, text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(text));
        buffer.Advance(HeaderLength);
        buffer.Write(text);
    }

    /// <summary>The text of the first frame.</summary>
    /// <param name="bytes">What follows in the file.</param>
    /// <param name="text">The text, when the frame is whole.</param>
    /// <returns>Whether the frame is whole, is cut off, or is not one.</returns>
    public static SpillFrameState Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (bytes.Length < HeaderLength)
            return SpillFrameState.Cut;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is <= 0 or > MaxLength)
            return SpillFrameState.Damaged;
        if (bytes.Length < HeaderLength + length)
            return SpillFrameState.Cut;

        text = bytes.Slice(HeaderLength, length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == Checksum(text) ? SpillFrameState.Whole : SpillFrameState.Damaged;
    }

    private static uint Checksum(ReadOnlySpan<byte> text)
    {
        var sum = BitOperations.Crc32C(uint.MaxValue, (uint)text.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(text);
        foreach (var word in words)
            sum = BitOperations.Crc32C(sum, word);
        foreach (var last in text[(words.Length * sizeof(ulong))..])
            sum = BitOperations.Crc32C(sum, last);
        return ~sum;
    }
}
