using System.Text.Json.Serialization;

namespace Patterns.Stripe.Wire;

/// <summary>The parameters of version 2 of the API, whose instants are RFC 3339.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamedMeterEvent))]
[JsonSerializable(typeof(MeterEventStream))]
[JsonSerializable(typeof(NoParameters))]
internal sealed partial class StreamJson : JsonSerializerContext;
