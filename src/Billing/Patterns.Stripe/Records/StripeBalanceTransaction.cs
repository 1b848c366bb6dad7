namespace Patterns.Stripe;

/// <summary>A movement of an account's balance.</summary>
public sealed record StripeBalanceTransaction
{
    /// <summary>The id.</summary>
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Gross, in minor units; below zero when money left.</summary>
    public long Amount { get; init; }

    /// <summary>Fees, in minor units.</summary>
    public long Fee { get; init; }

    /// <summary>What the balance changed by, in minor units.</summary>
    public long Net { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string Currency { get; init => field = value ?? ""; } = "";

    /// <summary>Such as <c>adjustment</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Such as <c>dispute</c> or <c>dispute_reversal</c>.</summary>
    public string? ReportingCategory { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Created { get; init; }
}
