using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patterns.AuditLog;

/// <summary>How lines are written: each in one way only, so that a line that says the same in other bytes is known to be changed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvidenceLine))]
internal sealed partial class EvidenceJson : JsonSerializerContext
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a line without its end.</summary>
    public static void Write(IBufferWriter<byte> to, EvidenceLine line)
    {
        using var writer = new Utf8JsonWriter(to, Format);
        JsonSerializer.Serialize(writer, line, Default.EvidenceLine);
    }

    /// <summary>Reads a line; null for one that is none.</summary>
    public static EvidenceLine? Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Default.EvidenceLine);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
