using System.Text.Json.Serialization;

namespace Patterns.AuditLog;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(InclusionProof))]
internal sealed partial class ProofJson : JsonSerializerContext;
