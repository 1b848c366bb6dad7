using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Makes a checkout session, whose page takes the payment.</summary>
    /// <param name="client">The client.</param>
    /// <param name="session">The session.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The session, with the address of its page.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCheckoutSession> CreateCheckoutSessionAsync(this IStripeClient client, CheckoutSessionCreate session, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/checkout/sessions", session, ParameterJson.Default.CheckoutSessionCreate, ResourceJson.Default.StripeCheckoutSession, options, ct);

    /// <summary>Reads a checkout session.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The session.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCheckoutSession> GetCheckoutSessionAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/checkout/sessions/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeCheckoutSession, options, ct);

    /// <summary>Ends an open checkout session, so that nobody can pay through it any more.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The session, expired.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCheckoutSession> ExpireCheckoutSessionAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.CallAsync(StripeRequest.Post($"/v1/checkout/sessions/{RequestRules.PathPart(id, nameof(id))}/expire", options), ResourceJson.Default.StripeCheckoutSession, ct);

    /// <summary>Makes a session of the customer portal.</summary>
    /// <param name="client">The client.</param>
    /// <param name="session">The session.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The session, with its address.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripePortalSession> CreatePortalSessionAsync(this IStripeClient client, PortalSessionCreate session, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/billing_portal/sessions", session, ParameterJson.Default.PortalSessionCreate, ResourceJson.Default.StripePortalSession, options, ct);
}
