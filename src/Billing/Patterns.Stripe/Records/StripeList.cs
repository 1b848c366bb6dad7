namespace Patterns.Stripe;

/// <summary>The first entries of a list that is part of a resource.</summary>
/// <typeparam name="T">What it lists.</typeparam>
public sealed record StripeList<T>
{
    /// <summary>The entries.</summary>
    public IReadOnlyList<T> Data { get; init => field = value ?? []; } = [];

    /// <summary>Whether there are more than these.</summary>
    public bool HasMore { get; init; }
}
