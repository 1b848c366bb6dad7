namespace Patterns.Stripe;

/// <summary>One tax of a calculation.</summary>
public sealed record StripeTaxBreakdown
{
    /// <summary>Tax in minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Whether it is inside prices; null for a line's tax.</summary>
    public bool? Inclusive { get; init; }

    /// <summary>Why, such as <c>standard_rated</c> or <c>reverse_charge</c>.</summary>
    public string TaxabilityReason { get; init => field = value ?? ""; } = "";

    /// <summary>What it was taken of, in minor units.</summary>
    public long TaxableAmount { get; init; }

    /// <summary>The rate; null where none applies.</summary>
    public StripeTaxRate? TaxRateDetails { get; init; }

    /// <summary>Who levies it; null for a whole sale's tax.</summary>
    public StripeTaxJurisdiction? Jurisdiction { get; init; }

    /// <summary><c>origin</c> or <c>destination</c>; null for a whole sale's tax.</summary>
    public string? Sourcing { get; init; }
}
