using System.Text.Json;

namespace Patterns.Stripe;

/// <summary>
/// An event of Stripe. The envelope has been read; what lies deeper is parsed when it is first asked for, and then kept. May be used by several threads.
/// </summary>
public sealed class StripeEvent
{
    private JsonContent? _content;

    internal StripeEvent(ReadOnlyMemory<byte> payload) => Payload = payload;

    /// <summary>Whether the event carries its object or only names it.</summary>
    public required StripeEventKind Kind { get; init; }

    /// <summary>The event's id, equal for every delivery of it.</summary>
    public required string Id { get; init; }

    /// <summary>What happened, such as <c>customer.subscription.updated</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened. Whole seconds for a snapshot, so that several events of one object share it; no ground to refuse an event.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Whether it happened in live mode.</summary>
    public required bool LiveMode { get; init; }

    /// <summary>The API version in which <see cref="Snapshot"/> is written; <see langword="null"/> for a notification.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The connected account that it happened in; <see langword="null"/> for your own.</summary>
    public string? Account { get; init; }

    /// <summary>The context of a v2 notification (for <c>Stripe-Context</c>), where it has one.</summary>
    public string? Context { get; init; }

    /// <summary>What a notification is about; <see langword="null"/> for a snapshot, and for a notification about no object.</summary>
    public StripeRelatedObject? RelatedObject { get; init; }

    /// <summary>The event's bytes, exactly as they were verified.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The whole event.</summary>
    /// <exception cref="JsonException">What was signed is not JSON below its envelope.</exception>
    public JsonElement Raw => (_content ??= new JsonContent(JsonElement.Parse(Payload.Span))).Root;

    /// <summary>The object of a snapshot (<c>data.object</c>); of kind <see cref="JsonValueKind.Undefined"/> for a notification.</summary>
    /// <exception cref="JsonException">As <see cref="Raw"/>.</exception>
    public JsonElement Snapshot => Raw.Find("data").Find("object");

    /// <summary>
    /// The old values of what an <c>updated</c> event changed (<c>data.previous_attributes</c>); of kind <see cref="JsonValueKind.Undefined"/> for other events.
    /// </summary>
    /// <exception cref="JsonException">As <see cref="Raw"/>.</exception>
    public JsonElement PreviousAttributes => Raw.Find("data").Find("previous_attributes");

    /// <summary>
    /// The subscription that the event is about, under whose id its <see cref="SubscriptionState"/> is kept: that of a subscription's snapshot or notification, of an
    /// invoice (<c>parent.subscription_details.subscription</c>, in versions before 2025 <c>subscription</c>), and of a checkout session. <see langword="null"/> without one.
    /// </summary>
    /// <exception cref="JsonException">As <see cref="Raw"/>.</exception>
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

    // A reference is written at once; the element itself is two words.
    private sealed record JsonContent(JsonElement Root);
}
