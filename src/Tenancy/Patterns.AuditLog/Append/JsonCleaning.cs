using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>Replaces secrets in a document by the names of their keys, and masks addresses. A document with nothing to replace stays as it is, to the byte.</summary>
internal sealed class JsonCleaning(IEnumerable<string> deniedKeys, AuditMasking masking)
{
    private const string Redacted = "[REDACTED]";
    private const int LongKey = 128;
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Every key of every document is looked up, so none becomes a string.
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _denied = Lookup(deniedKeys.Select(static key => Words(key)));
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _deniedJoined = Lookup(deniedKeys.Select(static key => Words(key)).Where(static key => key.Contains('_', StringComparison.Ordinal)).Select(static key => key.Replace("_", "", StringComparison.Ordinal)));

    /// <exception cref="ArgumentException">It is no JSON document, or a text in it cannot be read. The text is not in the message.</exception>
    public string Clean(string json, string name)
    {
        var length = Encoding.UTF8.GetByteCount(json);
        var utf8 = length <= 1_024 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(json, utf8);
        try
        {
            return HasSomething(utf8) ? Replace(utf8) : json;
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{name} is no JSON document (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}), or more than 64 levels deep.", name, e);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException($"{name} has half of a surrogate pair, as an escape, which is no character.", name, e);
        }
    }

    /// <summary>Reads to the end in any case, for what is no JSON must not reach the database.</summary>
    private bool HasSomething(ReadOnlySpan<byte> utf8)
    {
        var found = false;
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            found = found
                || (reader.TokenType == JsonTokenType.PropertyName && IsDenied(ref reader))
                || (reader.TokenType == JsonTokenType.String && masking == AuditMasking.Standard && Masks.Of(reader.GetString()!) is not null);
        }

        return found;
    }

    private string Replace(ReadOnlySpan<byte> utf8)
    {
        var output = new ArrayBufferWriter<byte>(utf8.Length);
        using (var writer = new Utf8JsonWriter(output, Relaxed))
        {
            var reader = new Utf8JsonReader(utf8);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString()! is var key)
                {
                    writer.WritePropertyName(key);
                    if (IsDenied(key))
                    {
                        reader.Skip();
                        writer.WriteStringValue(Redacted);
                    }
                }
                else
                {
                    Copy(ref reader, writer);
                }
            }
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.String:
                var text = reader.GetString()!;
                writer.WriteStringValue((masking == AuditMasking.Standard ? Masks.Of(text) : null) ?? text);
                break;
            default:
                // Numbers as they were written: 1.0 is not to become 1.
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private bool IsDenied(ref Utf8JsonReader reader)
    {
        // A key has no more characters than it has bytes.
        if (reader.ValueSpan.Length > LongKey)
            return IsDenied(reader.GetString());
        Span<char> key = stackalloc char[LongKey];
        return IsDenied(key[..reader.CopyString(key)]);
    }

    private bool IsDenied(ReadOnlySpan<char> key)
    {
        var room = key.Length <= LongKey ? stackalloc char[2 * LongKey] : new char[2 * key.Length];
        ReadOnlySpan<char> words = room[..Words(key, room)];
        for (var start = 0; ;)
        {
            if (_denied.Contains(words[start..]))
                return true;
            var next = words[start..].IndexOf('_');
            if (next < 0)
                return _deniedJoined.Contains(words);
            start += next + 1;
        }
    }

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup(IEnumerable<string> words) => words.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static string Words(string key)
    {
        var words = new char[2 * key.Length];
        return new string(words, 0, Words(key, words));
    }

    /// <summary>As <c>api_key</c>, whether it was <c>apiKey</c>, <c>API-Key</c> or <c>Api Key</c>. Says how many characters that are, at most twice as many.</summary>
    private static int Words(ReadOnlySpan<char> key, Span<char> words)
    {
        var length = 0;
        for (var i = 0; i < key.Length; i++)
        {
            if (!char.IsLetterOrDigit(key[i]))
            {
                words[length++] = '_';
                continue;
            }

            if (i > 0 && char.IsUpper(key[i]) && char.IsLower(key[i - 1]))
                words[length++] = '_';
            words[length++] = char.ToLowerInvariant(key[i]);
        }

        return length;
    }
}
