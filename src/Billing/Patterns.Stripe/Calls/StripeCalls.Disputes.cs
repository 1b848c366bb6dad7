using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Reads a dispute.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The dispute.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeDispute> GetDisputeAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/disputes/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeDispute, options, ct);

    /// <summary>Lists disputes, newest first.</summary>
    /// <param name="client">The client.</param>
    /// <param name="filter">Which.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The disputes, one page in memory at a time.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static IAsyncEnumerable<StripeDispute> ListDisputesAsync(this IStripeClient client, DisputeFilter filter, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.ListAsync(StripeRequest.Get("/v1/disputes", filter, ParameterJson.Default.DisputeFilter).Path, ResourceJson.Default.StripeDispute, options, ct);

    /// <summary>Changes the evidence of a dispute, and submits it when told to.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="change">What to change.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The dispute, changed.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeDispute> UpdateDisputeAsync(this IStripeClient client, string id, DisputeUpdate change, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync($"/v1/disputes/{RequestRules.PathPart(id, nameof(id))}", change, ParameterJson.Default.DisputeUpdate, ResourceJson.Default.StripeDispute, options, ct);
}
