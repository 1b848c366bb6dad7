namespace Patterns.Postgres;

/// <summary>
/// Runs what is blocked by somebody else's lock, with the whole command timeout and a connection of its own, while the lanes go on.
/// <para>Invariant: from <see cref="Start"/> to the end, later calls of its keys are parked, so that it stays ahead of them.</para>
/// </summary>
internal static class OutsideRun<TRequest, TResult>
{
    public static void Start(GroupContext<TRequest, TResult> context, GroupQueue<TRequest, TResult> queue, GroupBatch<TRequest, TResult> blocked)
    {
        // The keys outlive the calls, which serve others as soon as they are answered.
        var keys = blocked.Keys();
        queue.Block(keys);
        _ = RunAsync(context, queue, blocked, keys);
    }

    private static async Task RunAsync(
        GroupContext<TRequest, TResult> context, GroupQueue<TRequest, TResult> queue, GroupBatch<TRequest, TResult> blocked, IReadOnlyCollection<string> keys)
    {
        await context.Outside.WaitAsync().ConfigureAwait(false);
        try
        {
            using var run = new BatchRun<TRequest, TResult>(context, queue, outside: true);
            if (await run.RunAsync(blocked).ConfigureAwait(false))
                run.SucceedAll(blocked);
        }
        catch (Exception e)
        {
            blocked.Fail(e);
        }
        finally
        {
            context.Outside.Release();
            queue.Unblock(keys)?.Start();
        }
    }
}
