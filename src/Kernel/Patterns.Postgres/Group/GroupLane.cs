namespace Patterns.Postgres;

/// <summary>
/// Sends one batch after the other, as long as there is something to send, on one connection, and keeps it for a while for the next call.
/// <para>Invariant: from <see cref="Start"/> until the queue has no work for it, a lane belongs to one run of <see cref="DrainAsync"/>.</para>
/// </summary>
internal sealed class GroupLane<TRequest, TResult>(GroupContext<TRequest, TResult> context, GroupQueue<TRequest, TResult> queue) : IDisposable
{
    private readonly BatchRun<TRequest, TResult> _run = new(context, queue, outside: false);
    private long _idleSince;

    public GroupBatch<TRequest, TResult> Batch { get; } = new(context.Options);

    /// <summary>Sends what is in the batch, beginning on this thread. Nothing of the caller's context goes along: the batch is everybody's.</summary>
    public void Start() => ExecutionContext.Run(PlainContext.Instance, static lane => _ = ((GroupLane<TRequest, TResult>)lane!).DrainAsync(), this);

    /// <summary>Whether an idle lane has kept its connection for longer than this.</summary>
    public bool IsStale(TimeSpan age) => _run.IsOpen && context.Options.Time.GetElapsedTime(_idleSince) >= age;

    /// <summary>Gives the connection of a lane that was borrowed from the queue back to the pool.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _run.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            // However closing ends: a lane that never comes back would keep its calls waiting, and the group from stopping.
            if (queue.Take(this))
                await DrainAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _run.Dispose();

    private async Task DrainAsync()
    {
        bool more;
        do
        {
            GroupCall<TRequest, TResult>? lone = null;
            TResult result = default!;
            try
            {
                Batch.Sort();
                context.Telemetry.Waited(Batch);
                var whole = await _run.RunAsync(Batch).ConfigureAwait(false);
                if (whole && Batch.Count == 1)
                    (lone, result) = (Batch.Release(0), _run.Result(0));
                else if (whole)
                    _run.SucceedAll(Batch);
            }
            catch (Exception e)
            {
                // A mistake in the group itself: whoever has not been told must not wait for ever.
                Batch.Fail(e);
            }

            // Those who were told get to run first: in a closed loop they call again, and the next batch is as large as this one rather than what was left over.
            if (Batch.Count > 1)
                await Task.Yield();

            Batch.Clear();
            _run.LetGo();
            _idleSince = context.Options.Time.GetTimestamp();
            more = queue.Take(this);

            // A lone caller's next call should find this lane idle, so it is told now.
            lone?.Succeed(result);
        }
        while (more);

        context.ScheduleClosing();
    }
}
