namespace Patterns.Stripe;

/// <summary>Clears a field at Stripe: <c>new CustomerUpdate { Name = "Ada", Phone = StripeValue.Clear }</c>.</summary>
public readonly record struct StripeValue
{
    /// <summary>Clears the field: <c>name=</c> in v1, <c>null</c> in v2.</summary>
    public static StripeValue Clear => default;
}
