namespace Patterns.Stripe;

/// <summary>The plans of the options, by name and by price.</summary>
internal sealed class PlanNames
{
    private readonly Dictionary<string, string> _prices;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public PlanNames(IDictionary<string, string> plans)
    {
        _prices = new Dictionary<string, string>(plans, StringComparer.Ordinal);
        foreach (var (name, price) in plans) _names[price] = name;
    }

    /// <summary>The price of a plan.</summary>
    /// <exception cref="ArgumentException">There is no such plan.</exception>
    public string PriceOf(string plan, string parameter) => _prices.TryGetValue(plan, out var price)
        ? price
        : throw new ArgumentException($"There is no plan '{plan}' in StripeOptions.Plans; it has {(_prices.Count == 0 ? "none" : string.Join(", ", _prices.Keys.Order(StringComparer.Ordinal)))}.", parameter);

    public BillingPlan PlanOf(string priceId) => _names.TryGetValue(priceId, out var name) ? new BillingPlan.Known(name) : new BillingPlan.UnknownPlan(priceId);

    /// <summary>The item that is the plan: the first whose price has a name, else the first. Null of a subscription without items.</summary>
    public StripeSubscriptionItem? ItemOf(StripeSubscription subscription)
    {
        var items = subscription.Items.Data;
        return items.FirstOrDefault(IsPlan) ?? (items.Count > 0 ? items[0] : null);
    }

    public bool IsPlan(StripeSubscriptionItem item) => item.Price is { } price && _names.ContainsKey(price.Id);
}
