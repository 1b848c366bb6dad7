namespace Patterns.LlmFallback;

/// <summary>Waits of a call for its clock.</summary>
internal static class Pause
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits for no less than that long: a timer may come a moment early, when the model's circuit is not yet half open.</summary>
    public static async ValueTask ForAsync(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var (from, left) = (time.GetTimestamp(), wait); left > TimeSpan.Zero; left = wait - time.GetElapsedTime(from))
            await Task.Delay(left > Shortest ? left : Shortest, time, cancellationToken).ConfigureAwait(false);
    }
}
