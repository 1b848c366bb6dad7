using System.Text.Json.Serialization;

namespace Patterns.LlmCost;

/// <summary>How a call stands in the spill: names may be added, and a file of an older version is still read.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(LlmCall))]
internal sealed partial class SpillJson : JsonSerializerContext;
