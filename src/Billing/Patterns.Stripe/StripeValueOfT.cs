using System.Diagnostics.CodeAnalysis;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>A parameter that sets its field (any <typeparamref name="T"/>) or clears it (<see cref="StripeValue.Clear"/>). Null leaves the field alone.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[SuppressMessage("Usage", "CA2225", Justification = "The conversions are there so that nobody has to name this type.")]
public sealed record StripeValue<T> : IStripeValue
{
    private StripeValue(T? value) => Value = value;

    /// <summary>The value; null when the field is cleared.</summary>
    public T? Value { get; }

    /// <summary>Whether the field is cleared.</summary>
    public bool IsCleared { get; private init; }

    object? IStripeValue.Value => IsCleared ? null : Value;

    /// <summary>Sets the field; a null leaves it alone.</summary>
    /// <param name="value">The value.</param>
    [return: NotNullIfNotNull(nameof(value))]
    public static implicit operator StripeValue<T>?(T? value) => value is null ? null : new(value);

    /// <summary>Clears the field.</summary>
    /// <param name="clear"><see cref="StripeValue.Clear"/>.</param>
    public static implicit operator StripeValue<T>(StripeValue clear) => new(default(T)) { IsCleared = true };
}
