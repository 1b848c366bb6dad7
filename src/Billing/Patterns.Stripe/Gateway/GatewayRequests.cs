namespace Patterns.Stripe;

/// <summary>What the gateway asks, in Stripe's words.</summary>
internal static class GatewayRequests
{
    /// <summary>The name of the tenant's id in metadata.</summary>
    public const string TenantKey = "tenant_id";

    private const int MaxTenantLength = 200;

    public static CheckoutSessionCreate Checkout(CheckoutRequest request, PlanNames plans)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.TenantId is not { Length: >= 1 and <= MaxTenantLength }) throw new ArgumentException($"A tenant id has 1 to {MaxTenantLength} characters, this one {request.TenantId?.Length ?? 0}.", nameof(request));
        if (request is { CustomerId: not null, Email: not null }) throw new ArgumentException("A checkout takes a customer or an e-mail address, not both: the customer has one.", nameof(request));
        if (request.TrialDays < 1) throw new ArgumentException($"A trial has 1 day or more, not {request.TrialDays}.", nameof(request));
        CheckQuantity(request.Quantity, nameof(request));
        var tenant = new Dictionary<string, string>(StringComparer.Ordinal) { [TenantKey] = request.TenantId };
        return new CheckoutSessionCreate
        {
            Mode = "subscription",
            SuccessUrl = Absolute(request.SuccessUrl, nameof(request)),
            CancelUrl = request.CancelUrl is null ? null : Absolute(request.CancelUrl, nameof(request)),
            Customer = request.CustomerId,
            CustomerEmail = request.Email,
            ClientReferenceId = request.TenantId,
            LineItems = [new CheckoutLineItem { Price = plans.PriceOf(request.Plan, nameof(request)), Quantity = request.Quantity }],
            AllowPromotionCodes = request.AllowPromotionCodes ? true : null,
            // Twice, because the subscription's events do not carry the session's metadata.
            SubscriptionData = new CheckoutSubscription { TrialPeriodDays = request.TrialDays, Metadata = tenant },
            Metadata = tenant,
        };
    }

    public static void Check(PlanChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        CheckQuantity(change.Quantity, nameof(change));
    }

    public static SubscriptionUpdate Change(PlanChange change, StripeSubscriptionItem item, string price) => new()
    {
        // The quantity is always said: what Stripe makes of an absent one depends on the prices.
        Items = [new SubscriptionItemChange { Id = item.Id, Price = price, Quantity = change.Quantity ?? item.Quantity }],
        ProrationBehavior = change.Proration switch
        {
            BillingProration.NextInvoice => "create_prorations",
            BillingProration.ChargeNow => "always_invoice",
            _ => "none",
        },
        // Without it Stripe changes the plan, and lets the subscription fall past due when the charge is declined.
        PaymentBehavior = change.Proration == BillingProration.ChargeNow ? "error_if_incomplete" : null,
    };

    // As it was written, because a Uri would escape the braces of {CHECKOUT_SESSION_ID}.
    public static string Absolute(Uri url, string parameter)
    {
        ArgumentNullException.ThrowIfNull(url, parameter);
        return url.IsAbsoluteUri ? url.OriginalString : throw new ArgumentException($"The address '{url}' is not absolute; begin with https://.", parameter);
    }

    private static void CheckQuantity(long? quantity, string parameter)
    {
        if (quantity < 1) throw new ArgumentException($"A quantity is 1 or more, not {quantity}.", parameter);
    }
}
