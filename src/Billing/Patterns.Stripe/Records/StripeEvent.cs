namespace Patterns.Stripe;

/// <summary>An event, as the API and webhooks tell it.</summary>
public sealed partial record StripeEvent : StripeObject
{
    /// <summary>What happened, such as <c>invoice.paid</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>When it happened; of a snapshot event a whole second, which several events of one object share.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>API version that the object is written in.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Connected account that it happened on; null for your own.</summary>
    public string? Account { get; init; }

    /// <summary>Whether it is about real money.</summary>
    public bool Livemode { get; init; }
}
