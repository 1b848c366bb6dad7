using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Makes a customer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="customer">The customer.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The customer.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCustomer> CreateCustomerAsync(this IStripeClient client, CustomerCreate customer, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/customers", customer, ParameterJson.Default.CustomerCreate, ResourceJson.Default.StripeCustomer, options, ct);

    /// <summary>Reads a customer, also one that was deleted.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The customer.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCustomer> GetCustomerAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/customers/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeCustomer, options, ct);

    /// <summary>Changes a customer.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="change">What to change.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The customer, changed.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeCustomer> UpdateCustomerAsync(this IStripeClient client, string id, CustomerUpdate change, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync($"/v1/customers/{RequestRules.PathPart(id, nameof(id))}", change, ParameterJson.Default.CustomerUpdate, ResourceJson.Default.StripeCustomer, options, ct);
}
