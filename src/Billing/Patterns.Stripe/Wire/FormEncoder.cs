using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>Writes parameters as Stripe wants them: v1 as a form (or a query) with literal brackets, v2 as JSON. Both are made from source-generated JSON.</summary>
internal static class FormEncoder
{
    // One set per thread: encoding never waits, so it cannot be entered twice.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _json;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    [ThreadStatic]
    private static FormBuffer? _form;

    // Characters outside ASCII stay as they are: JSON escapes would have to be undone for the form.
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] EncodeBody<T>(string path, T parameters, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var json = WriteJson(parameters, type);
            return path.StartsWith("/v2/", StringComparison.Ordinal) ? json.ToArray() : (_form ??= new()).Write(json).ToArray();
        }
        finally
        {
            Clear();
        }
    }

    public static string AppendQuery<T>(string path, T parameters, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var form = (_form ??= new()).Write(WriteJson(parameters, type));
            return form.IsEmpty ? path : string.Concat(path, "?", Encoding.ASCII.GetString(form));
        }
        finally
        {
            Clear();
        }
    }

    private static ReadOnlySpan<byte> WriteJson<T>(T parameters, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(type);
        _json ??= new(1024);
        _writer ??= new(_json, Unescaped);
        JsonSerializer.Serialize(_writer, parameters, type);
        _writer.Flush();
        return _json.WrittenSpan;
    }

    // Parameters may be secret or personal: nothing of them stays behind in a buffer.
    private static void Clear()
    {
        _json?.Clear();
        _writer?.Reset();
        _form?.Clear();
    }
}
