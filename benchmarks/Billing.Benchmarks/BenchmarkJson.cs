using System.Text.Json.Serialization;
using Patterns.Stripe;

namespace Billing.Benchmarks;

/// <summary>Parameters as an application would describe them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SubscriptionUpdate))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
