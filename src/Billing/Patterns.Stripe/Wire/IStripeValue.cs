namespace Patterns.Stripe.Wire;

/// <summary>What the encoder asks of a <see cref="StripeValue{T}"/> whose type it does not know.</summary>
internal interface IStripeValue
{
    /// <summary>The value; null clears the field.</summary>
    object? Value { get; }
}
