namespace Patterns.Stripe;

/// <summary>Where a subscription stands (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses).</summary>
public enum SubscriptionStatus
{
    /// <summary>The first payment has not succeeded yet; 23 hours are left for it.</summary>
    Incomplete = 0,

    /// <summary>The first payment did not succeed in time. Final.</summary>
    IncompleteExpired,

    /// <summary>In its trial.</summary>
    Trialing,

    /// <summary>In good standing.</summary>
    Active,

    /// <summary>A renewal has not been paid, and it is still being tried.</summary>
    PastDue,

    /// <summary>A renewal has not been paid, and it is no longer being tried; new invoices stay drafts.</summary>
    Unpaid,

    /// <summary>Its trial ended without a payment method; no invoices are made until it is resumed.</summary>
    Paused,

    /// <summary>Ended. Final.</summary>
    Canceled,
}
