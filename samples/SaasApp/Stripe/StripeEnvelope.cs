using System.Text.Json;
using System.Text.Json.Serialization;

namespace SaasApp;

/// <summary>What the application reads of a Stripe event, beside the id and type that every event has.</summary>
internal sealed record StripeEnvelope(StripeEnvelope.EventData Data)
{
    public static StripeEnvelope Read(ReadOnlyMemory<byte> payload) => JsonSerializer.Deserialize(payload.Span, StripeJson.Default.StripeEnvelope)!;

    internal sealed record EventData(Paid Object);

    /// <summary>An invoice (which has an amount paid) or a checkout session (which has an amount in total).</summary>
    internal sealed record Paid(
        string Id, string? Customer, string? Currency, long? AmountPaid = null, long? AmountTotal = null, string? CustomerName = null, string? CustomerEmail = null, string? Number = null,
        string? Invoice = null, Dictionary<string, string>? Metadata = null)
    {
        public long? Amount => AmountPaid ?? AmountTotal;

        /// <summary>What was bought: a checkout that made an invoice names it, so that both of its events speak of one purchase.</summary>
        public string PurchaseId => Invoice ?? Id;

        /// <summary>Which tenant bought how many credits, as the application said when it began the checkout; null when it was no purchase of credits.</summary>
        public (string Tenant, long Credits)? Bought =>
            Metadata?.GetValueOrDefault("tenant_id") is { Length: > 0 } tenant && long.TryParse(Metadata.GetValueOrDefault("credits"), System.Globalization.CultureInfo.InvariantCulture, out var credits)
                ? (tenant, credits)
                : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StripeEnvelope))]
internal sealed partial class StripeJson : JsonSerializerContext;
