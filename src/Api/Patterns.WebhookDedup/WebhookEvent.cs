using Patterns.Shared;

namespace Patterns.WebhookDedup;

/// <summary>One webhook event. Its identity is tenant, source and id, compared ordinally; everything else may differ between deliveries.</summary>
public sealed record WebhookEvent
{
    /// <summary>The tenant of events that come to the platform's one account.</summary>
    public const string NoTenant = "_";

    /// <summary>An event from its parts.</summary>
    /// <param name="source">Who sends it, such as <c>stripe</c>: 1 to 100 characters.</param>
    /// <param name="id">The sender's id for it: 1 to 200 characters.</param>
    /// <param name="type">What happened, such as <c>invoice.paid</c>: 1 to 200 characters, or <see langword="null"/>.</param>
    /// <param name="payload">The body exactly as it was received. Not copied: leave it alone until the claim is answered.</param>
    /// <param name="tenant">Whose event it is: 1 to 200 characters.</param>
    /// <param name="occurredAt">When it happened, by the sender's clock.</param>
    /// <param name="orderingKey">The entity that it is about: 1 to 200 characters, or <see langword="null"/>.</param>
    /// <param name="position">Its place in the order of the events about that entity.</param>
    /// <exception cref="ArgumentException">A text is empty, too long, or holds control characters or half a surrogate pair; the message names the limit.</exception>
    public WebhookEvent(
        string source,
        string id,
        string? type,
        ReadOnlyMemory<byte> payload,
        string tenant = NoTenant,
        DateTimeOffset? occurredAt = null,
        string? orderingKey = null,
        long? position = null)
    {
        Source = source;
        Id = id;
        Type = type;
        Payload = payload;
        Tenant = tenant;
        OccurredAt = occurredAt;
        OrderingKey = orderingKey;
        Position = position;
    }

    /// <summary>Who sends it: 1 to 100 characters. Its options are those of <see cref="WebhookDedupOptions.Source"/> by this name.</summary>
    public string Source { get; init => field = PlainText.Check(value, nameof(Source), 100); }

    /// <summary>The sender's id for it: 1 to 200 characters.</summary>
    public string Id { get; init => field = PlainText.Check(value, nameof(Id), 200); }

    /// <summary>What happened: 1 to 200 characters, or <see langword="null"/>.</summary>
    public string? Type { get; init => field = PlainText.CheckOptional(value, nameof(Type), 200); }

    /// <summary>The body as it was received.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whose event it is: 1 to 200 characters; <see cref="NoTenant"/> by default.</summary>
    public string Tenant { get; init => field = PlainText.Check(value, nameof(Tenant), 200); }

    /// <summary>When it happened, by the sender's clock. Kept with a stored event; claims do not look at it.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The entity that it is about: 1 to 200 characters, or <see langword="null"/>. Matters for types that are ordered (<see cref="WebhookSourceOptions.Order"/>).</summary>
    public string? OrderingKey { get; init => field = PlainText.CheckOptional(value, nameof(OrderingKey), 200); }

    /// <summary>Its place in the order of the events about that entity. Matters for types that are ordered.</summary>
    public long? Position { get; init; }

    /// <summary>
    /// Reads a Stripe event (https://docs.stripe.com/api/events), also a thin one of API v2. The ordering key is the id of the object that it is about, and the position the
    /// event's <c>created</c> in seconds. Verify the signature first: what is read here is believed.
    /// </summary>
    /// <param name="body">The request's body.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="tenant">Whose event it is. Not read from <c>account</c>: Stripe's event ids are unique across connected accounts.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ArgumentException">The body is not JSON, or lacks a usable <c>id</c> or <c>type</c>.</exception>
    public static WebhookEvent FromStripe(ReadOnlyMemory<byte> body, string source = "stripe", string tenant = NoTenant) => StripeEvent.Read(body, source, tenant);

    /// <summary>
    /// Reads a CloudEvent 1.0 in structured JSON mode (https://github.com/cloudevents/spec, JSON event format). CloudEvents are identified by their <c>source</c> and
    /// <c>id</c> together, so <see cref="Id"/> is both, with a space between them, which no URI holds; beyond 200 characters it is <c>sha256:</c> and the
    /// hash of that, in hexadecimal digits. <see cref="Source"/> stays the name under which you configure all these senders.
    /// </summary>
    /// <param name="body">The request's body.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="tenant">Whose event it is.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ArgumentException">The body is not JSON, is of another version, or lacks a usable <c>id</c>, <c>source</c> or <c>type</c>.</exception>
    public static WebhookEvent FromCloudEvents(ReadOnlyMemory<byte> body, string source = "cloudevents", string tenant = NoTenant) => CloudEvent.Read(body, source, tenant);
}
