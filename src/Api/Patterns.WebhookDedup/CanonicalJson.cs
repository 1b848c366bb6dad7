using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Patterns.WebhookDedup;

/// <summary>
/// Hashes the value of a JSON document: each token as a tag, its length and its unescaped bytes, so that no two values have the same form, and the
/// members of an object sorted by name. One per thread, with buffers that are kept.
/// </summary>
internal sealed class CanonicalJson
{
    private const int KeptBytes = 256 * 1024;
    private const int HeaderBytes = 1 + sizeof(int);

    [ThreadStatic]
    private static CanonicalJson? _ofThread;

    private readonly Comparison<Member> _byName;
    private byte[] _form = new byte[4096];
    private byte[] _scratch = [];
    private Member[] _members = new Member[64];
    private int _length;
    private int _memberCount;

    private CanonicalJson() => _byName = (left, right) => NameOf(left).SequenceCompareTo(NameOf(right));

    /// <returns>False when the payload is no JSON value with one meaning.</returns>
    public static bool TryHash(ReadOnlySpan<byte> payload, JsonPointers except, Span<byte> hash)
    {
        var json = _ofThread ??= new();
        json._length = json._memberCount = 0;
        try
        {
            var reader = new Utf8JsonReader(payload);
            // The last Read finds the end, or throws at what follows the value.
            if (!reader.Read() || !json.Value(ref reader, except) || reader.Read())
                return false;

            SHA256.HashData(json._form.AsSpan(0, json._length), hash);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader has no other way to say that the text is not JSON, or not Unicode.
            return false;
        }
        finally
        {
            if (json._form.Length > KeptBytes)
                _ofThread = null;
        }
    }

    private bool Value(ref Utf8JsonReader reader, JsonPointers? except)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader, except);
            case JsonTokenType.StartArray:
                return Array(ref reader, except);
            case JsonTokenType.String:
                Text(ref reader);
                return true;
            case JsonTokenType.Number:
                Reserve(reader.ValueSpan.Length);
                reader.ValueSpan.CopyTo(_form.AsSpan(_length + HeaderBytes));
                Append('n', reader.ValueSpan.Length);
                return true;
            default:
                Mark(reader.TokenType switch { JsonTokenType.True => 't', JsonTokenType.False => 'f', _ => '0' });
                return true;
        }
    }

    private bool Object(ref Utf8JsonReader reader, JsonPointers? except)
    {
        Mark('{');
        var (start, first) = (_length, _memberCount);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var below = except?.Member(in reader);
            if (below is { IsTarget: true })
            {
                reader.Skip();
                continue;
            }

            var from = _length;
            Text(ref reader);
            var nameEnd = _length;
            reader.Read();
            if (!Value(ref reader, below))
                return false;

            if (_memberCount == _members.Length)
                System.Array.Resize(ref _members, _memberCount * 2);
            _members[_memberCount++] = new(from, nameEnd, _length);
        }

        var members = _members.AsSpan(first, _memberCount - first);
        _memberCount = first;
        if (!Sort(members, start))
            return false;

        Mark('}');
        return true;
    }

    private bool Array(ref Utf8JsonReader reader, JsonPointers? except)
    {
        Mark('[');
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var below = except?.Element(index);
            if (below is { IsTarget: true })
                reader.Skip();
            else if (!Value(ref reader, below))
                return false;
        }

        Mark(']');
        return true;
    }

    /// <returns>False when a name comes twice: which value counts then differs from parser to parser.</returns>
    private bool Sort(Span<Member> members, int start)
    {
        members.Sort(_byName);
        var inPlace = true;
        for (var i = 1; i < members.Length; i++)
        {
            if (NameOf(members[i - 1]).SequenceEqual(NameOf(members[i])))
                return false;
            inPlace &= members[i - 1].From < members[i].From;
        }

        if (inPlace)
            return true;

        if (_scratch.Length < _length - start)
            _scratch = new byte[_form.Length];

        var length = 0;
        foreach (var member in members)
        {
            _form.AsSpan(member.From, member.End - member.From).CopyTo(_scratch.AsSpan(length));
            length += member.End - member.From;
        }

        _scratch.AsSpan(0, length).CopyTo(_form.AsSpan(start));
        return true;
    }

    private void Text(ref Utf8JsonReader reader)
    {
        Reserve(reader.ValueSpan.Length);
        Append('s', reader.CopyString(_form.AsSpan(_length + HeaderBytes)));
    }

    private void Append(char tag, int bytes)
    {
        _form[_length] = (byte)tag;
        BinaryPrimitives.WriteInt32LittleEndian(_form.AsSpan(_length + 1), bytes);
        _length += HeaderBytes + bytes;
    }

    private void Mark(char tag)
    {
        Reserve(0);
        _form[_length++] = (byte)tag;
    }

    private void Reserve(int bytes)
    {
        if (_form.Length - _length < bytes + HeaderBytes)
            System.Array.Resize(ref _form, Math.Max(_form.Length * 2, _length + bytes + HeaderBytes));
    }

    private ReadOnlySpan<byte> NameOf(Member member) => _form.AsSpan(member.From, member.NameEnd - member.From);

    private readonly record struct Member(int From, int NameEnd, int End);
}
