namespace Patterns.Stripe.Wire;

/// <summary>The body of a call of version 2 that takes no parameters: <c>{}</c>.</summary>
internal sealed record NoParameters
{
    public static NoParameters Instance { get; } = new();
}
