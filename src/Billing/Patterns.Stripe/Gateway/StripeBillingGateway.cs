using Microsoft.Extensions.Options;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

internal sealed class StripeBillingGateway(IStripeClient client, IOptions<StripeOptions> options) : IBillingGateway
{
    private readonly PlanNames _plans = new(options.Value.Plans);

    public async Task<CheckoutStart> StartCheckoutAsync(CheckoutRequest request, CancellationToken ct = default)
    {
        var create = GatewayRequests.Checkout(request, _plans);
        var session = await client.CreateCheckoutSessionAsync(create, new StripeCallOptions(request.IdempotencyKey), ct).ConfigureAwait(false);
        return new CheckoutStart(session.Id, new Uri(session.Url ?? throw new InvalidOperationException($"The checkout session {session.Id} has ended: its idempotency key is that of an earlier click.")), session.ExpiresAt);
    }

    public async Task<Uri> OpenPortalAsync(string customerId, Uri returnUrl, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(customerId);
        var session = await client.CreatePortalSessionAsync(new PortalSessionCreate { Customer = customerId, ReturnUrl = GatewayRequests.Absolute(returnUrl, nameof(returnUrl)) }, ct: ct).ConfigureAwait(false);
        return new Uri(session.Url);
    }

    public async Task<BillingSubscription?> GetSubscriptionAsync(string subscriptionId, CancellationToken ct = default)
    {
        try
        {
            return Read(await client.GetSubscriptionAsync(subscriptionId, ct: ct).ConfigureAwait(false));
        }
        catch (StripeApiException exception) when (exception is { Kind: StripeErrorKind.InvalidRequest, Error.Status: 404 })
        {
            return null;
        }
    }

    public async Task<BillingChange> ChangePlanAsync(PlanChange change, CancellationToken ct = default)
    {
        GatewayRequests.Check(change);
        var price = _plans.PriceOf(change.Plan, nameof(change));
        var subscription = await client.GetSubscriptionAsync(change.SubscriptionId, ct: ct).ConfigureAwait(false);
        if (HasEnded(subscription)) return new BillingChange.Ended(Read(subscription));
        var item = _plans.ItemOf(subscription);
        if (item is null || (subscription.Items.Data.Count > 1 && !_plans.IsPlan(item)))
            throw new InvalidOperationException($"The subscription {subscription.Id} has {subscription.Items.Data.Count} items and none is a plan; add its price to StripeOptions.Plans, or change it with IStripeClient.");
        try
        {
            return Outcome(await client.UpdateSubscriptionAsync(subscription.Id, GatewayRequests.Change(change, item, price), new StripeCallOptions(change.IdempotencyKey), ct).ConfigureAwait(false));
        }
        catch (StripeApiException exception) when (exception.Kind == StripeErrorKind.Card)
        {
            return Declined(exception.Error);
        }
    }

    public async Task<BillingChange> CancelAsync(string subscriptionId, BillingCancellation when = BillingCancellation.AtPeriodEnd, CancellationToken ct = default)
    {
        try
        {
            return Outcome(when == BillingCancellation.Now
                ? await client.CancelSubscriptionAsync(subscriptionId, ct: ct).ConfigureAwait(false)
                : await client.CancelSubscriptionAtPeriodEndAsync(subscriptionId, ct: ct).ConfigureAwait(false));
        }
        catch (StripeApiException exception) when (exception.Kind == StripeErrorKind.InvalidRequest)
        {
            // Stripe refuses to cancel what has ended, also when an answer was lost and this is its repetition.
            var subscription = await client.GetSubscriptionAsync(subscriptionId, ct: ct).ConfigureAwait(false);
            if (!HasEnded(subscription)) throw;
            return new BillingChange.Ended(Read(subscription));
        }
    }

    public async Task<BillingChange> ResumeAsync(string subscriptionId, CancellationToken ct = default)
    {
        var subscription = await client.GetSubscriptionAsync(subscriptionId, ct: ct).ConfigureAwait(false);
        try
        {
            if (SubscriptionReader.Status(subscription) == SubscriptionStatus.Paused)
                subscription = await client.CallAsync(StripeRequest.Post($"/v1/subscriptions/{RequestRules.PathPart(subscriptionId, nameof(subscriptionId))}/resume"), ResourceJson.Default.StripeSubscription, ct).ConfigureAwait(false);

            var isCancelled = !HasEnded(subscription) && (subscription.CancelAtPeriodEnd || subscription.CancelAt is not null);
            var keep = subscription.CancelAtPeriodEnd ? new SubscriptionUpdate { CancelAtPeriodEnd = false } : new SubscriptionUpdate { CancelAt = StripeValue.Clear };
            return Outcome(isCancelled ? await client.UpdateSubscriptionAsync(subscriptionId, keep, ct: ct).ConfigureAwait(false) : subscription);
        }
        catch (StripeApiException exception) when (exception.Kind == StripeErrorKind.Card)
        {
            return Declined(exception.Error);
        }
    }

    public BillingPlan PlanOf(string priceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(priceId);
        return _plans.PlanOf(priceId);
    }

    private static BillingChange.Declined Declined(StripeError error) => new(error.DeclineCode ?? error.Code, error.Message);

    private BillingChange Outcome(StripeSubscription subscription) =>
        HasEnded(subscription) ? new BillingChange.Ended(Read(subscription)) : new BillingChange.Changed(Read(subscription));

    private static bool HasEnded(StripeSubscription subscription) => SubscriptionReader.Status(subscription) is SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired;

    private BillingSubscription Read(StripeSubscription subscription)
    {
        var item = _plans.ItemOf(subscription);
        var periodEnd = item?.CurrentPeriodEnd ?? subscription.CurrentPeriodEnd;
        return new BillingSubscription
        {
            Id = subscription.Id,
            CustomerId = subscription.Customer,
            TenantId = subscription.Metadata.GetValueOrDefault(GatewayRequests.TenantKey),
            Status = SubscriptionReader.Status(subscription),
            Plan = _plans.PlanOf(item?.Price?.Id ?? ""),
            Quantity = item?.Quantity,
            PeriodStart = item?.CurrentPeriodStart ?? subscription.CurrentPeriodStart,
            PeriodEnd = periodEnd,
            TrialEnd = subscription.TrialEnd,
            EndsAt = subscription.CancelAt ?? (subscription.CancelAtPeriodEnd ? periodEnd : null),
            EndedAt = subscription.EndedAt,
        };
    }
}
