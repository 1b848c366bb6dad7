using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Gives billing credits to a customer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="grant">The grant.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The grant.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCreditGrant> CreateCreditGrantAsync(this IStripeClient client, CreditGrantCreate grant, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/billing/credit_grants", grant, ParameterJson.Default.CreditGrantCreate, ResourceJson.Default.StripeCreditGrant, options, ct);

    /// <summary>Voids a credit grant: what is left of it can no longer be used.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The grant, void.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCreditGrant> VoidCreditGrantAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.CallAsync(StripeRequest.Post($"/v1/billing/credit_grants/{RequestRules.PathPart(id, nameof(id))}/void", options), ResourceJson.Default.StripeCreditGrant, ct);
}
