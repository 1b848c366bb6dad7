using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Reads a subscription.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The subscription.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeSubscription> GetSubscriptionAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.GetAsync($"/v1/subscriptions/{RequestRules.PathPart(id, nameof(id))}", ResourceJson.Default.StripeSubscription, options, ct);

    /// <summary>Lists subscriptions, newest first.</summary>
    /// <param name="client">The client.</param>
    /// <param name="filter">Which.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The subscriptions, one page in memory at a time.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static IAsyncEnumerable<StripeSubscription> ListSubscriptionsAsync(this IStripeClient client, SubscriptionFilter filter, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.ListAsync(StripeRequest.Get("/v1/subscriptions", filter, ParameterJson.Default.SubscriptionFilter).Path, ResourceJson.Default.StripeSubscription, options, ct);

    /// <summary>Changes a subscription.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="change">What to change.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The subscription, changed.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeSubscription> UpdateSubscriptionAsync(this IStripeClient client, string id, SubscriptionUpdate change, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync($"/v1/subscriptions/{RequestRules.PathPart(id, nameof(id))}", change, ParameterJson.Default.SubscriptionUpdate, ResourceJson.Default.StripeSubscription, options, ct);

    /// <summary>Cancels a subscription at once. It cannot be taken back.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="how">How.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The subscription, canceled.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeSubscription> CancelSubscriptionAsync(this IStripeClient client, string id, SubscriptionCancel? how = null, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.CallAsync(StripeRequest.Delete(FormEncoder.AppendQuery($"/v1/subscriptions/{RequestRules.PathPart(id, nameof(id))}", how ?? new(), ParameterJson.Default.SubscriptionCancel), options), ResourceJson.Default.StripeSubscription, ct);

    /// <summary>Lets a subscription end with its period.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">Its id.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The subscription, which ends with its period.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeSubscription> CancelSubscriptionAtPeriodEndAsync(this IStripeClient client, string id, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.UpdateSubscriptionAsync(id, new SubscriptionUpdate { CancelAtPeriodEnd = true }, options, ct);
}
