using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patterns.Stripe;

/// <content>What webhooks add. The envelope is read at once; what lies deeper is parsed when it is first asked for.</content>
public sealed partial record StripeEvent
{
    /// <summary>The request that caused it; null when Stripe acted by itself, and for a notification.</summary>
    /// <exception cref="JsonException">What was signed is not JSON below its envelope.</exception>
    public StripeEventRequest? Request
    {
        get => field ??= Raw.Find("request") is { ValueKind: JsonValueKind.Object } request ? new() { Id = request.Text("id"), IdempotencyKey = request.Text("idempotency_key") } : null;
        init;
    }

    /// <summary>The context of a v2 notification (for <c>Stripe-Context</c>), where it has one.</summary>
    public string? Context { get; init; }

    /// <summary>What a notification is about; null for a snapshot, and for a notification about no object.</summary>
    public StripeRelatedObject? RelatedObject { get; init; }

    /// <summary>Whether the event carries its object or only names it.</summary>
    [JsonIgnore]
    public StripeEventKind Kind { get; internal init; }

    /// <summary>The event's bytes, exactly as they were verified.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte> Payload => Json;

    /// <summary>The object of a snapshot (<c>data.object</c>), as it was when the event happened; <see cref="JsonValueKind.Undefined"/> for a notification.</summary>
    /// <exception cref="JsonException">What was signed is not JSON below its envelope.</exception>
    [JsonIgnore]
    public JsonElement Snapshot => Raw.Find("data").Find("object");

    /// <summary>The old values of what an <c>updated</c> event changed (<c>data.previous_attributes</c>); <see cref="JsonValueKind.Undefined"/> for other events.</summary>
    /// <exception cref="JsonException">What was signed is not JSON below its envelope.</exception>
    [JsonIgnore]
    public JsonElement PreviousAttributes => Raw.Find("data").Find("previous_attributes");

    /// <summary>
    /// The subscription that the event is about, under whose id its <see cref="SubscriptionState"/> is kept: that of a subscription's snapshot or notification, of an
    /// invoice (<c>parent.subscription_details.subscription</c>, before version 2025-03-31 <c>subscription</c>), and of a checkout session. Null without one.
    /// </summary>
    /// <exception cref="JsonException">What was signed is not JSON below its envelope.</exception>
    [JsonIgnore]
    public string? SubscriptionId
    {
        get
        {
            if (Kind == StripeEventKind.Notification) return RelatedObject is { Type: SubscriptionReader.ObjectName } related ? related.Id : null;
            var subject = Snapshot;
            return subject.Text("object") switch
            {
                SubscriptionReader.ObjectName => subject.Text("id"),
                "invoice" => subject.Find("parent").Find("subscription_details").IdOf("subscription") ?? subject.IdOf("subscription"),
                "checkout.session" => subject.IdOf("subscription"),
                _ => null,
            };
        }
    }

}
