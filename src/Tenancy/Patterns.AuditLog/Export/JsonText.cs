using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>What the JSON formats share.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line.</summary>
    public static void Line(IBufferWriter<byte> to, Action<Utf8JsonWriter> fields)
    {
        using (var writer = new Utf8JsonWriter(to, Format))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    public static void Optional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>A document as the JSON that it is. A line stays a line: what was given over several is written on one.</summary>
    public static void Document(this Utf8JsonWriter writer, string name, string? json)
    {
        if (json is null)
            return;
        writer.WritePropertyName(name);
        // Strings hold no line breaks but as escapes, so that these stand between tokens.
        writer.WriteRawValue(json.Replace('\n', ' ').Replace('\r', ' '));
    }

    public static void Head(this Utf8JsonWriter writer, RunHead? head)
    {
        if (head is null)
        {
            writer.WriteNull("head");
            return;
        }

        writer.WritePropertyName("head");
        JsonSerializer.Serialize(writer, head, AuditJson.Relaxed.RunHead);
    }

    /// <summary>A head as one text.</summary>
    public static string Of(RunHead? head) => head is null ? "null" : JsonSerializer.Serialize(head, AuditJson.Relaxed.RunHead);
}
