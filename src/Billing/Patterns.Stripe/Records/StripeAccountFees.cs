namespace Patterns.Stripe;

/// <summary>Who pays the fees of an account.</summary>
public sealed record StripeAccountFees
{
    /// <summary>Such as <c>account</c> or <c>application</c>.</summary>
    public string Payer { get; init => field = value ?? ""; } = "";
}
