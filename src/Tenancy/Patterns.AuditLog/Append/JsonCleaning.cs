using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>Replaces secrets in a document by the names of their keys, and masks addresses. A document with nothing to replace stays as it is, to the byte.</summary>
internal sealed class JsonCleaning(IEnumerable<string> deniedKeys, AuditMasking masking)
{
    private const string Redacted = "[REDACTED]";
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly HashSet<string> _denied = deniedKeys.Select(static key => Joined(Words(key))).ToHashSet(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">It is no JSON document, or has an escape that is no character. The text is not in the message.</exception>
    public string Clean(string json, string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
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
                || (reader.TokenType == JsonTokenType.PropertyName && IsDenied(reader.GetString()!))
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

    private bool IsDenied(string key)
    {
        var words = Words(key);
        for (var start = 0; ; start++)
        {
            if (_denied.Contains(Joined(words[start..])))
                return true;
            start = words.IndexOf('_', start);
            if (start < 0)
                return false;
        }
    }

    // Some write apikey, some passWord.
    private static string Joined(string words) => words.Replace("_", "", StringComparison.Ordinal);

    /// <summary>As <c>api_key</c>, whether it was <c>apiKey</c>, <c>APIKey</c>, <c>API-Key</c> or <c>Api Key</c>.</summary>
    private static string Words(string key)
    {
        var words = new StringBuilder(key.Length + 4);
        for (var i = 0; i < key.Length; i++)
        {
            if (!char.IsLetterOrDigit(key[i]))
            {
                words.Append('_');
                continue;
            }

            if (i > 0 && char.IsUpper(key[i]) && char.IsLetterOrDigit(key[i - 1]) && (!char.IsUpper(key[i - 1]) || (i + 1 < key.Length && char.IsLower(key[i + 1]))))
                words.Append('_');
            words.Append(char.ToLowerInvariant(key[i]));
        }

        return words.ToString();
    }
}
