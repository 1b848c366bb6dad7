namespace Patterns.Stripe;

/// <summary>
/// What an application asks of its payment provider, in words that no provider owns: the rest of the application knows plan names and tenants. A second provider is a
/// second implementation. Errors other than those that a method returns are the provider's exceptions (<see cref="StripeApiException"/> of this one). Thread-safe.
/// </summary>
public interface IBillingGateway
{
    /// <summary>Starts a checkout of a subscription, which carries the tenant's id from then on.</summary>
    /// <param name="request">What is bought, by whom.</param>
    /// <param name="ct">Ends the call; repeat it with the same key to get the same checkout.</param>
    /// <returns>Where to send the customer.</returns>
    /// <exception cref="ArgumentException">There is no such plan, or a value is out of its limits. Nothing was sent.</exception>
    Task<CheckoutStart> StartCheckoutAsync(CheckoutRequest request, CancellationToken ct = default);

    /// <summary>Opens the provider's own pages for cards, invoices and cancellation.</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="returnUrl">Where the customer comes back to; absolute.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>Where to send the customer; short-lived, so ask at each click.</returns>
    /// <exception cref="ArgumentException">The customer is empty or the address is not absolute. Nothing was sent.</exception>
    Task<Uri> OpenPortalAsync(string customerId, Uri returnUrl, CancellationToken ct = default);

    /// <summary>Reads a subscription as it is now.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The subscription; null when there is none of that id.</returns>
    Task<BillingSubscription?> GetSubscriptionAsync(string subscriptionId, CancellationToken ct = default);

    /// <summary>
    /// Moves a subscription to another plan, another quantity, or both. Add-ons beside the plan stay as they are. With <see cref="BillingProration.ChargeNow"/> a declined
    /// payment changes nothing.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="ct">Ends the call; whether the change happened is then unknown: repeat it with the same key.</param>
    /// <returns><see cref="BillingChange.Changed"/>, <see cref="BillingChange.Declined"/> or <see cref="BillingChange.Ended"/>.</returns>
    /// <exception cref="ArgumentException">There is no such plan, or a value is out of its limits. Nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The subscription has several items and none of them is a plan, so it is open which to change.</exception>
    Task<BillingChange> ChangePlanAsync(PlanChange change, CancellationToken ct = default);

    /// <summary>Ends a subscription. May be repeated: one that has ended stays as it is.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="when">With its paid period, or at once.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns><see cref="BillingChange.Changed"/> when it will end with its period, <see cref="BillingChange.Ended"/> when it has ended.</returns>
    Task<BillingChange> CancelAsync(string subscriptionId, BillingCancellation when = BillingCancellation.AtPeriodEnd, CancellationToken ct = default);

    /// <summary>Takes back a cancellation that has not taken effect, and wakes a paused subscription. May be repeated: one that simply runs stays as it is.</summary>
    /// <param name="subscriptionId">The subscription.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>
    /// <see cref="BillingChange.Changed"/>, <see cref="BillingChange.Declined"/> when waking it took a payment, or <see cref="BillingChange.Ended"/>: what has ended is
    /// started again with a checkout.
    /// </returns>
    Task<BillingChange> ResumeAsync(string subscriptionId, CancellationToken ct = default);

    /// <summary>The plan of a price, for states that were made of webhooks. No I/O.</summary>
    /// <param name="priceId">The provider's id of the price.</param>
    /// <returns>The plan, or <see cref="BillingPlan.UnknownPlan"/>.</returns>
    BillingPlan PlanOf(string priceId);
}
