namespace Patterns.Postgres;

/// <summary>
/// Sends one batch after the other, as long as there is something to send, on one connection.
/// <para>Invariant: from <see cref="Start"/> until the queue has no work for it, a lane belongs to one run of <see cref="DrainAsync"/>.</para>
/// </summary>
internal sealed class GroupLane<TRequest, TResult>(GroupContext<TRequest, TResult> context, GroupQueue<TRequest, TResult> queue) : IDisposable
{
    private readonly BatchRun<TRequest, TResult> _run = new(context, queue, outside: false);

    public GroupBatch<TRequest, TResult> Batch { get; } = new(context.Options);

    /// <summary>Sends what is in the batch, beginning on this thread. Nothing of the caller's context goes along: the batch is everybody's.</summary>
    public void Start() => ExecutionContext.Run(PlainContext.Instance, static lane => _ = ((GroupLane<TRequest, TResult>)lane!).DrainAsync(), this);

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

                if (!queue.HasBacklog)
                    await _run.RestAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A mistake in the group itself: whoever has not been told must not wait for ever.
                Batch.Fail(e);
            }

            Batch.Clear();
            more = queue.Take(this);

            // A lone caller's next call should find this lane idle, so it is told now.
            lone?.Succeed(result);
        }
        while (more);
    }
}
