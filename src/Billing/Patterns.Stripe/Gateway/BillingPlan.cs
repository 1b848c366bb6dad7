namespace Patterns.Stripe;

/// <summary>A plan: <see cref="Known"/>, or <see cref="UnknownPlan"/> when the options have no name for its price. There is no default plan to fall back to.</summary>
public abstract record BillingPlan
{
    private BillingPlan()
    {
    }

    /// <summary>A plan of the options.</summary>
    /// <param name="Name">Its name there.</param>
    public sealed record Known(string Name) : BillingPlan;

    /// <summary>A price that the options do not name: an old one, or one that was made by hand. Whoever pays it is a customer, so tell somebody rather than take access away.</summary>
    /// <param name="PriceId">The provider's id of the price.</param>
    public sealed record UnknownPlan(string PriceId) : BillingPlan;
}
