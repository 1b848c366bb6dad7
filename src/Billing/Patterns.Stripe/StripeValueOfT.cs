using System.Diagnostics.CodeAnalysis;

namespace Patterns.Stripe;

/// <summary>A parameter that leaves its field alone (the default), sets it (any <typeparamref name="T"/>) or clears it (<see cref="StripeValue.Clear"/>).</summary>
/// <typeparam name="T">The type of the value.</typeparam>
[SuppressMessage("Usage", "CA2225", Justification = "The conversions are there so that nobody has to name this type.")]
public readonly record struct StripeValue<T>
{
    private StripeValue(bool isGiven, T? value) => (IsGiven, Value) = (isGiven, value);

    /// <summary>Whether the call says anything about the field.</summary>
    public bool IsGiven { get; }

    /// <summary>The value; null or the type's default when the field is cleared or left alone.</summary>
    public T? Value { get; }

    /// <summary>Whether the field is cleared.</summary>
    public bool IsCleared { get; private init; }

    /// <summary>Sets the field; a null leaves it alone.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator StripeValue<T>(T? value) => value is null ? default : new(isGiven: true, value);

    /// <summary>Clears the field.</summary>
    /// <param name="clear"><see cref="StripeValue.Clear"/>.</param>
    public static implicit operator StripeValue<T>(StripeValue clear) => new(isGiven: true, default) { IsCleared = true };
}
