using System.Text.Json.Serialization;

namespace SaasApp;

/// <summary>What the application reads of a Stripe event, beside the id and type that every event has.</summary>
internal sealed record StripeEnvelope(StripeEnvelope.EventData Data)
{
    internal sealed record EventData(Paid Object);

    /// <summary>An invoice (which has an amount paid) or a checkout session (which has an amount in total).</summary>
    internal sealed record Paid(string Id, string? Customer, string? Currency, long? AmountPaid = null, long? AmountTotal = null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StripeEnvelope))]
internal sealed partial class StripeJson : JsonSerializerContext;
