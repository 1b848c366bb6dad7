namespace Patterns.Stripe;

/// <summary>What one call does otherwise than its client. Checked when a <see cref="StripeRequest"/> is made of it.</summary>
/// <param name="IdempotencyKey">
/// Names this one logical write, 1 to 255 visible ASCII characters; a generated one without it. Stripe answers a repeated key with the first answer, errors included, for at
/// least 24 hours, so a new attempt to charge needs a new key. Only v1 POST and v2 POST and DELETE carry it: Stripe's other calls are idempotent by themselves.
/// </param>
/// <param name="Account">The connected account that the call acts for (<c>Stripe-Account</c>). Null: the client's.</param>
/// <param name="ApiVersion">The API version of this call (<c>Stripe-Version</c>). Null: the client's.</param>
/// <param name="MaxRetries">Retries after the first attempt, 0 to 10. Null: the client's.</param>
public sealed record StripeCallOptions(string? IdempotencyKey = null, string? Account = null, string? ApiVersion = null, int? MaxRetries = null)
{
    /// <summary>The account or organization path that the call acts in (<c>Stripe-Context</c>). Takes the place of <see cref="Account"/>; a call cannot name both.</summary>
    public string? Context { get; init; }
}
