using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>
/// Writes parameters as Stripe wants them: v1 as a form (or a query) with literal brackets, v2 as JSON. Names and values come from the source-generated metadata of
/// their types, so nothing is reflected over, and a form is made without JSON text in between, which would take twice as long.
/// </summary>
internal static class FormEncoder
{
    // One per thread: encoding never waits, so it cannot be entered twice.
    [ThreadStatic]
    private static FormBuffer? _buffer;

    public static byte[] EncodeBody<T>(string path, T parameters, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(type);
        if (path.StartsWith("/v2/", StringComparison.Ordinal)) return JsonSerializer.SerializeToUtf8Bytes(parameters, type);
        var buffer = _buffer ??= new();
        try
        {
            Write(buffer, parameters, FormType.Of(type));
            return buffer.Written.ToArray();
        }
        finally
        {
            buffer.Clear();
        }
    }

    public static string AppendQuery<T>(string path, T parameters, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(type);
        var buffer = _buffer ??= new();
        try
        {
            Write(buffer, parameters, FormType.Of(type));
            return buffer.Written.IsEmpty ? path : string.Concat(path, "?", Encoding.ASCII.GetString(buffer.Written));
        }
        finally
        {
            buffer.Clear();
        }
    }

    private static void Write(FormBuffer buffer, object parameters, FormType type)
    {
        foreach (var field in type.Fields)
        {
            if (field.Get(parameters) is not { } value) continue;
            var outer = buffer.Enter(field);
            WriteValue(buffer, value, field.Kind, field);
            buffer.Leave(outer);
        }
    }

    private static void WriteValue(FormBuffer buffer, object value, FormKind kind, FormField field)
    {
        switch (kind)
        {
            case FormKind.Text: buffer.Add((string)value); break;
            case FormKind.Flag: buffer.Add((bool)value ? "true"u8 : "false"u8); break;
            case FormKind.Long: buffer.Add((long)value); break;
            case FormKind.Int: buffer.Add((int)value); break;
            case FormKind.Decimal: buffer.Add((decimal)value); break;
            case FormKind.Instant: buffer.Add(((DateTimeOffset)value).ToUnixTimeSeconds()); break;
            case FormKind.Optional: WriteOptional(buffer, ((IStripeValue)value).Value, field); break;
            case FormKind.Map: WriteMap(buffer, (IReadOnlyDictionary<string, string?>)value); break;
            case FormKind.List: WriteList(buffer, (IEnumerable)value, field); break;
            default: Write(buffer, value, field.TypeOf(value)); break;
        }
    }

    private static void WriteOptional(FormBuffer buffer, object? value, FormField field)
    {
        if (value is null) buffer.Add([]);
        else WriteValue(buffer, value, field.TypeOf(value).Kind, field);
    }

    private static void WriteMap(FormBuffer buffer, IReadOnlyDictionary<string, string?> map)
    {
        // The usual one, enumerated without an allocation.
        if (map is Dictionary<string, string?> dictionary)
        {
            foreach (var (name, value) in dictionary) WriteEntry(buffer, name, value);
            return;
        }
        foreach (var (name, value) in map) WriteEntry(buffer, name, value);
    }

    private static void WriteEntry(FormBuffer buffer, string name, string? value)
    {
        var outer = buffer.Enter(name);
        buffer.Add(value ?? "");
        buffer.Leave(outer);
    }

    private static void WriteList(FormBuffer buffer, IEnumerable list, FormField field)
    {
        var count = 0;

        // Arrays, lists and collection expressions, read without an enumerator.
        if (list is IList indexed)
        {
            for (; count < indexed.Count; count++) WriteEntry(buffer, count, indexed[count]!, field);
        }
        else
        {
            foreach (var entry in list) WriteEntry(buffer, count++, entry, field);
        }
        if (count == 0) buffer.Add([]);
    }

    private static void WriteEntry(FormBuffer buffer, int index, object entry, FormField field)
    {
        var outer = buffer.Enter(index);
        WriteValue(buffer, entry, field.TypeOf(entry).Kind, field);
        buffer.Leave(outer);
    }
}
