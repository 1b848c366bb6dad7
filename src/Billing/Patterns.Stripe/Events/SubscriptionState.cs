using System.Text.Json;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>
/// What is known about one subscription, to be kept by its <see cref="Id"/>. Stripe delivers events late, twice and in any order; states made by <see cref="Apply"/> end
/// equal whatever the order was. Load, apply and store under a lock (or a row version), so that no two events of one subscription are applied beside each other.
/// It reads and writes itself as JSON with System.Text.Json.
/// </summary>
public sealed record SubscriptionState
{
    /// <summary>The subscription's id.</summary>
    public required string Id { get; init; }

    /// <summary>The customer's id.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Where the subscription stands.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>Its prices, in Stripe's order: the first ten, where it has more.</summary>
    public required IReadOnlyList<SubscriptionItemState> Items { get; init; }

    /// <summary>When the current period began: that of the item whose period ends first, where items differ.</summary>
    public DateTimeOffset? PeriodStart { get; init; }

    /// <summary>When the current period ends, which is when it is next invoiced: the first end, where items differ.</summary>
    public DateTimeOffset? PeriodEnd { get; init; }

    /// <summary>When the trial ends or ended.</summary>
    public DateTimeOffset? TrialEnd { get; init; }

    /// <summary>Whether it ends with the current period.</summary>
    public bool CancelAtPeriodEnd { get; init; }

    /// <summary>When it is to end.</summary>
    public DateTimeOffset? CancelAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The metadata that you gave it.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The second of the newest event in it.</summary>
    public required DateTimeOffset EventAt { get; init; }

    /// <summary>The events of that second that are in it, by id.</summary>
    public required IReadOnlyList<string> EventIds { get; init; }

    /// <summary>Whether the status is final: <see cref="SubscriptionStatus.Canceled"/> or <see cref="SubscriptionStatus.IncompleteExpired"/>.</summary>
    public bool HasEnded => Status is SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired;

    /// <summary>
    /// Applies an event. Pure: it changes nothing but returns what holds from now on. An event that ends the subscription counts as newer than any that does not,
    /// otherwise the newer second wins, and in a tie nobody can say: <see cref="SubscriptionOutcome.Refetch"/>.
    /// </summary>
    /// <param name="current">The state that is kept under the event's <see cref="StripeEvent.SubscriptionId"/>; <see langword="null"/> when there is none.</param>
    /// <param name="stripeEvent">Any event: those about something else are <see cref="SubscriptionOutcome.Unrelated"/>.</param>
    /// <returns>The outcome, and the state from now on.</returns>
    /// <exception cref="JsonException">The subscription in the event lacks its id, customer or a price, or has a status that is none of the eight.</exception>
    public static SubscriptionTransition Apply(SubscriptionState? current, StripeEvent stripeEvent)
    {
        ArgumentNullException.ThrowIfNull(stripeEvent);
        if (stripeEvent.Kind == StripeEventKind.Snapshot && stripeEvent.Snapshot.Text("object") != SubscriptionReader.ObjectName) return new(SubscriptionOutcome.Unrelated, current);
        if (stripeEvent.SubscriptionId is not { } id || (current is not null && current.Id != id)) return new(SubscriptionOutcome.Unrelated, current);
        if (current?.EventIds.Contains(stripeEvent.Id, StringComparer.Ordinal) == true) return new(SubscriptionOutcome.Duplicate, current);

        var second = SecondOf(stripeEvent);
        if (stripeEvent.Kind == StripeEventKind.Notification) return new(second < current?.EventAt ? SubscriptionOutcome.Stale : SubscriptionOutcome.Refetch, current);

        var next = SubscriptionReader.Read(stripeEvent.Snapshot.Deserialize(ResourceJson.Default.StripeSubscription)!, second, [stripeEvent.Id]);
        return (current is null ? 1 : next.CompareAge(current)) switch
        {
            > 0 => new(SubscriptionOutcome.Applied, next),
            < 0 => new(SubscriptionOutcome.Stale, current),
            _ => new(SubscriptionOutcome.Refetch, current),
        };
    }

    /// <summary>Makes the state after <see cref="SubscriptionOutcome.Refetch"/>, from the subscription as Stripe's API returns it now.</summary>
    /// <param name="current">The state that was passed to <see cref="Apply"/>.</param>
    /// <param name="subscription">The subscription, fetched after the event arrived.</param>
    /// <param name="stripeEvent">The event that was passed to <see cref="Apply"/>.</param>
    /// <returns>The new state, or <paramref name="current"/> if that has ended and the subscription has not: a read from before the end.</returns>
    /// <exception cref="ArgumentException">It is another subscription.</exception>
    /// <exception cref="JsonException">As for <see cref="Apply"/>.</exception>
    public static SubscriptionState Refetched(SubscriptionState? current, StripeSubscription subscription, StripeEvent stripeEvent)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(stripeEvent);
        var second = SecondOf(stripeEvent);
        var (at, ids) = current switch
        {
            null => (second, [stripeEvent.Id]),
            _ when second > current.EventAt => (second, [stripeEvent.Id]),
            _ when second == current.EventAt => (second, [.. current.EventIds.Union([stripeEvent.Id], StringComparer.Ordinal)]),
            _ => (current.EventAt, current.EventIds),
        };
        var fetched = SubscriptionReader.Read(subscription, at, ids);
        if (fetched.Id != stripeEvent.SubscriptionId) throw new ArgumentException($"The subscription {fetched.Id} was fetched for an event about {stripeEvent.SubscriptionId}.", nameof(subscription));
        return current is { HasEnded: true } && !fetched.HasEnded ? current : fetched;
    }

    // Snapshots know whole seconds only, so a notification's fraction must not make it newer than one.
    private static DateTimeOffset SecondOf(StripeEvent stripeEvent) => DateTimeOffset.FromUnixTimeSeconds(stripeEvent.Created.ToUnixTimeSeconds());

    private int CompareAge(SubscriptionState other) => HasEnded == other.HasEnded ? EventAt.CompareTo(other.EventAt) : HasEnded.CompareTo(other.HasEnded);
}
