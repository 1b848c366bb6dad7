namespace Patterns.WebhookDedup;

/// <summary>When a failed attempt is followed by the next one.</summary>
internal static class RetrySchedule
{
    /// <summary>How many attempts an event has before it is dead.</summary>
    public const int Attempts = 12;

    private const double First = 10;
    private const double Longest = 3_600;
    private const double Jitter = 0.2;

    /// <summary>10 s after the first attempt, doubling to an hour, each 20 % more or less, so that what failed together does not come back together.</summary>
    public static TimeSpan After(int attempt)
    {
        var seconds = Math.Min(Longest, First * Math.Pow(2, attempt - 1));
#pragma warning disable CA5394 // Spreads load; nothing secret hangs on it.
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble())));
#pragma warning restore CA5394
    }
}
