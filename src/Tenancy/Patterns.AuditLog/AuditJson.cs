using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patterns.AuditLog;

/// <summary>The JSON of run heads and of what drops record.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunHead))]
[JsonSerializable(typeof(DropRecord))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    /// <summary>Base64 and quotes without \u escapes: it goes to files and columns, never into a page.</summary>
    public static AuditJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<RunKind>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
