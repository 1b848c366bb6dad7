using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasApp;

/// <summary>What the application reads of a Stripe event, beside the id and type that every event has.</summary>
internal sealed record StripeEnvelope(StripeEnvelope.EventData Data)
{
    public static StripeEnvelope Read(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize(payload.Span, StripeJson.Default.StripeEnvelope)!;

    internal sealed record EventData(Paid Object);

    /// <summary>An invoice (which has an amount paid) or a checkout session (which has an amount in total).</summary>
    internal sealed record Paid(string Id, string? Customer, string? Currency, long? AmountPaid = null, long? AmountTotal = null, string? CustomerName = null, string? Number = null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StripeEnvelope))]
internal sealed partial class StripeJson : JsonSerializerContext;
