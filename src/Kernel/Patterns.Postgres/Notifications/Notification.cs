using System.Diagnostics.CodeAnalysis;

namespace Patterns.Postgres;

/// <summary>What a subscription's handler gets.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Payload">What was sent; <see langword="null"/> for a resync.</param>
public readonly record struct Notification(string Channel, string? Payload)
{
    /// <summary>
    /// Whether notifications may have been missed up to now, so that the handler must read the state that they are about. Also the first notification of
    /// every subscription.
    /// </summary>
    [MemberNotNullWhen(false, nameof(Payload))]
    public bool IsResync => Payload is null;
}
