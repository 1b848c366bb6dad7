namespace Patterns.Stripe;

/// <summary>How the rest of a period is billed when the plan changes within it.</summary>
public enum BillingProration
{
    /// <summary>The difference stands on the next invoice.</summary>
    NextInvoice = 0,

    /// <summary>The difference is charged now; if that is declined, nothing changes.</summary>
    ChargeNow,

    /// <summary>No difference is billed: the new price counts from the next period on.</summary>
    None,
}
