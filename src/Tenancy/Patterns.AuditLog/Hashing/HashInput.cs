using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>
/// The bytes that are hashed, so that no two different records give the same: numbers are big-endian, texts and byte strings are preceded by their length in 4 bytes, and 0xFFFFFFFF stands for one
/// that is null. Texts are UTF-8.
/// </summary>
internal sealed class HashInput
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    /// <summary>Begins a record: what kind of hash it is, and the format's version, which is 1.</summary>
    public HashInput Begin(byte kind)
    {
        _bytes.ResetWrittenCount();
        return Byte(kind).Byte(1);
    }

    public HashInput Byte(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public HashInput Number(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public HashInput Number(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    public HashInput Id(Guid value)
    {
        value.TryWriteBytes(_bytes.GetSpan(16), bigEndian: true, out _);
        _bytes.Advance(16);
        return this;
    }

    /// <summary>Microseconds since 1970, as PostgreSQL keeps them: what is finer is cut.</summary>
    public HashInput Time(DateTimeOffset value) => Number((value.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);

    public HashInput Text(string? value)
    {
        if (value is null)
            return Number(-1);
        var length = Encoding.UTF8.GetByteCount(value);
        Number(length);
        Encoding.UTF8.GetBytes(value, _bytes.GetSpan(Math.Max(length, 1)));
        _bytes.Advance(length);
        return this;
    }

    public HashInput Bytes(byte[]? value)
    {
        if (value is null)
            return Number(-1);
        Number(value.Length);
        _bytes.Write(value);
        return this;
    }

    public byte[] Sha256() => SHA256.HashData(_bytes.WrittenSpan);
}
