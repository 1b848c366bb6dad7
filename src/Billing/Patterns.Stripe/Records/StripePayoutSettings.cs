namespace Patterns.Stripe;

/// <summary>How an account is paid out.</summary>
public sealed record StripePayoutSettings
{
    /// <summary>Whether Stripe takes negative balances from its bank account.</summary>
    public bool DebitNegativeBalances { get; init; }

    /// <summary>Text on the bank statement.</summary>
    public string? StatementDescriptor { get; init; }
}
