using System.Text.Json.Serialization;

namespace Patterns.CreditLedger;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LedgerTerms))]
[JsonSerializable(typeof(LedgerTold))]
internal sealed partial class LedgerJson : JsonSerializerContext;
