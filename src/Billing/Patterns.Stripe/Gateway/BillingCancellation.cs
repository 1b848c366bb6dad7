namespace Patterns.Stripe;

/// <summary>When a cancellation takes effect.</summary>
public enum BillingCancellation
{
    /// <summary>With the period that is paid. Can be taken back until then.</summary>
    AtPeriodEnd = 0,

    /// <summary>At once, without a refund or credit. Cannot be taken back.</summary>
    Now,
}
