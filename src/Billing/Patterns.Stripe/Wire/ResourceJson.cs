using System.Text.Json.Serialization;

namespace Patterns.Stripe.Wire;

/// <summary>The resources, as they are read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(InstantConverter)], GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StripeAccount))]
[JsonSerializable(typeof(StripeCheckoutSession))]
[JsonSerializable(typeof(StripeCreditGrant))]
[JsonSerializable(typeof(StripeCustomer))]
[JsonSerializable(typeof(StripeDispute))]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripeInvoice))]
[JsonSerializable(typeof(StripeMeterEvent))]
[JsonSerializable(typeof(StripeMeterEventAdjustment))]
[JsonSerializable(typeof(StripeMeterEventSession))]
[JsonSerializable(typeof(StripeMeterEventSummary))]
[JsonSerializable(typeof(StripePortalSession))]
[JsonSerializable(typeof(StripeSubscription))]
[JsonSerializable(typeof(StripeTaxCalculation))]
[JsonSerializable(typeof(StripeTransfer))]
[JsonSerializable(typeof(StripeTransferReversal))]
internal sealed partial class ResourceJson : JsonSerializerContext;
