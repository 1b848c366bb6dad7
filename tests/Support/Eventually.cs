namespace Support;

/// <summary>Waits for a state of another process that gives no signal of it. What can be awaited is awaited instead.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    // Far more than anything takes, also while other tests need the processors: reaching it means that the state does not come.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Returns when the condition holds; fails the test with the description when it does not come to hold.</summary>
    public static Task HoldsAsync(string description, Func<bool> condition) => HoldsAsync(description, () => Task.FromResult(condition()));

    /// <inheritdoc cref="HoldsAsync(string,Func{bool})"/>
    public static async Task HoldsAsync(string description, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException error)
            {
                throw new TimeoutException($"Within {Limit.TotalSeconds:0} s this did not come true: {description}.", error);
            }
        }
    }
}
