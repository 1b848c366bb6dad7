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
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _denied = deniedKeys
        .Select(static key => string.Concat(key.Where(char.IsLetterOrDigit)).ToLowerInvariant())
        .ToHashSet(StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <exception cref="ArgumentException">It is no JSON document, or has an escape that is no character. The text is not in the message.</exception>
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
            throw new ArgumentException($"{name} has half of a surrogate pair as an escape (\\ud800 to \\udfff), which is no character.", name, e);
        }
    }

    /// <summary>Reads to the end in any case, for what is no JSON must not reach the database.</summary>
    private bool HasSomething(ReadOnlySpan<byte> utf8)
    {
        var found = false;
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            // Grammar allows an escape of half a character, which nobody could read later.
            if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true })
                _ = reader.GetString();
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

    // Letters alone count, since some write api_key, some API-Key, some apikey; from the end on, wherever a word begins.
    private bool IsDenied(ReadOnlySpan<char> key)
    {
        var letters = key.Length <= LongKey ? stackalloc char[key.Length] : new char[key.Length];
        var at = letters.Length;
        for (var i = key.Length - 1; i >= 0; i--)
        {
            if (!char.IsLetterOrDigit(key[i]))
                continue;
            letters[--at] = char.ToLowerInvariant(key[i]);
            if (BeginsWord(key, i) && _denied.Contains(letters[at..]))
                return true;
        }

        return false;
    }

    // Key in apiKey and in APIKey, not P.
    private static bool BeginsWord(ReadOnlySpan<char> key, int at) =>
        at == 0 || !char.IsLetterOrDigit(key[at - 1]) || (char.IsUpper(key[at]) && (!char.IsUpper(key[at - 1]) || (at + 1 < key.Length && char.IsLower(key[at + 1]))));
}
