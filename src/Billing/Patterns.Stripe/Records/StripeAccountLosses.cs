namespace Patterns.Stripe;

/// <summary>Who bears the losses of an account.</summary>
public sealed record StripeAccountLosses
{
    /// <summary>Who is liable when it cannot pay back negative balances: <c>application</c> or <c>stripe</c>.</summary>
    public string Payments { get; init => field = value ?? ""; } = "";
}
