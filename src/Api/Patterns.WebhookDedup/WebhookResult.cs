namespace Patterns.WebhookDedup;

/// <summary>What a handler made of an event.</summary>
public sealed class WebhookResult
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private WebhookResult(WebhookResultKind kind, string? reason = null, TimeSpan delay = default) => (Kind, Reason, Delay) = (kind, reason, delay);

    /// <summary>The work is done: it commits together with the event's state.</summary>
    public static WebhookResult Done { get; } = new(WebhookResultKind.Done);

    internal WebhookResultKind Kind { get; }

    internal string? Reason { get; }

    internal TimeSpan Delay { get; }

    /// <summary>There was nothing to do. What the handler wrote commits all the same.</summary>
    /// <param name="reason">Why, kept with the event: 1 to 2,000 characters.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The reason is empty or too long.</exception>
    public static WebhookResult Ignored(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return reason.Length is > 0 and <= 2_000
            ? new(WebhookResultKind.Ignored, reason)
            : throw new ArgumentException($"The reason has {reason.Length} characters; it must have 1 to 2,000.", nameof(reason));
    }

    /// <summary>
    /// Not yet, for instance because the event's parent has not arrived. What the handler wrote is rolled back, and the event comes again after the delay. Not an attempt, at most 20
    /// times; from then on it is a failed one.
    /// </summary>
    /// <param name="delay">How long to wait: more than 0, at most one day.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is outside those limits.</exception>
    public static WebhookResult Defer(TimeSpan delay) => delay > TimeSpan.Zero && delay <= LongestDelay
        ? new(WebhookResultKind.Deferred, delay: delay)
        : throw new ArgumentOutOfRangeException(nameof(delay), delay, "A deferral lasts more than 0 and at most one day.");
}
