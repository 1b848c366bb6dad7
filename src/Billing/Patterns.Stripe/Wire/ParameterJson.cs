using System.Text.Json.Serialization;

namespace Patterns.Stripe.Wire;

/// <summary>The parameters: their names, and how each is read, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CustomerCreate))]
[JsonSerializable(typeof(CustomerUpdate))]
[JsonSerializable(typeof(CheckoutSessionCreate))]
[JsonSerializable(typeof(PortalSessionCreate))]
[JsonSerializable(typeof(SubscriptionUpdate))]
[JsonSerializable(typeof(SubscriptionCancel))]
[JsonSerializable(typeof(SubscriptionFilter))]
[JsonSerializable(typeof(InvoiceFilter))]
[JsonSerializable(typeof(InvoicePreview))]
[JsonSerializable(typeof(InvoicePayment))]
[JsonSerializable(typeof(MeterEventCreate))]
[JsonSerializable(typeof(MeterEventAdjustmentCreate))]
[JsonSerializable(typeof(MeterSummaryFilter))]
[JsonSerializable(typeof(CreditGrantCreate))]
[JsonSerializable(typeof(TaxCalculationCreate))]
[JsonSerializable(typeof(DisputeFilter))]
[JsonSerializable(typeof(DisputeUpdate))]
[JsonSerializable(typeof(TransferCreate))]
[JsonSerializable(typeof(TransferReversalCreate))]
[JsonSerializable(typeof(StreamedMeterEvent))]
[JsonSerializable(typeof(MeterEventStream))]
[JsonSerializable(typeof(NoParameters))]
internal sealed partial class ParameterJson : JsonSerializerContext;
