namespace Patterns.Stripe;

/// <summary>What became of a change: <see cref="Changed"/>, <see cref="Declined"/> or <see cref="Ended"/>.</summary>
public abstract record BillingChange
{
    private BillingChange()
    {
    }

    /// <summary>The subscription is as was asked for.</summary>
    /// <param name="Subscription">The subscription from now on.</param>
    public sealed record Changed(BillingSubscription Subscription) : BillingChange;

    /// <summary>The payment that the change takes was declined, or needs the customer. Nothing changed; a new attempt takes a new idempotency key.</summary>
    /// <param name="Code">The reason, such as <c>insufficient_funds</c>, as far as the provider tells.</param>
    /// <param name="Message">The provider's words.</param>
    public sealed record Declined(string? Code, string? Message) : BillingChange;

    /// <summary>The subscription has ended.</summary>
    /// <param name="Subscription">The subscription as it ended.</param>
    public sealed record Ended(BillingSubscription Subscription) : BillingChange;
}
