using System.Transactions;

namespace Patterns.Postgres;

/// <summary>
/// Group commit: calls that are made at the same time share one statement, one round trip and one flush of the write-ahead log, and each still gets its own answer, after the
/// commit. There is no timer: a call that finds a lane free is sent at once, and batches form only from calls that came while all lanes were busy. Thread-safe; one instance
/// for each statement and application, disposed when the application stops (see <c>AddGroupCommit</c>).
/// </summary>
/// <typeparam name="TRequest">What a caller asks.</typeparam>
/// <typeparam name="TResult">What a caller is told.</typeparam>
public sealed class GroupCommit<TRequest, TResult> : IAsyncDisposable, IDisposable
{
    private readonly GroupContext<TRequest, TResult> _context;
    private readonly GroupQueue<TRequest, TResult>[] _queues;
    private readonly List<GroupLane<TRequest, TResult>> _lanes = [];
    private readonly Lock _stopping = new();
    private Task? _stopped;

    /// <summary>A group. Connections are opened when there is something to send.</summary>
    /// <param name="postgres">The database.</param>
    /// <param name="statement">What is sent.</param>
    /// <param name="options">How batches form; <see langword="null"/> for the defaults. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentException">An option is outside its limits.</exception>
    public GroupCommit(IPostgres postgres, GroupStatement<TRequest, TResult> statement, GroupOptions<TRequest>? options = null)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        ArgumentNullException.ThrowIfNull(statement);
        options ??= new();
        Check(statement.Name, options);
        _context = new(postgres, statement, options, CloseOlderThan);

        // With keys, each lane has a queue of its own, so that a key always meets the same lane. Without, whichever lane is free serves the one queue.
        var queues = options.OrderBy is null ? 1 : options.Lanes;
        _queues = new GroupQueue<TRequest, TResult>[queues];
        for (var i = 0; i < options.Lanes; i++)
        {
            var queue = _queues[i % queues] ??= new(_context);
            _lanes.Add(new(_context, queue));
            queue.Add(_lanes[i]);
        }
    }

    /// <summary>How many requests wait to be sent.</summary>
    public int Queued => _context.Depth.Value;

    /// <summary>Sends a request together with others', and returns its own answer after the commit.</summary>
    /// <param name="request">The request. Leave what it refers to alone until the answer is there.</param>
    /// <param name="ct">Ends the wait. A request that is not yet sent never will be; one that is on its way stays there.</param>
    /// <returns>The answer. Await it once.</returns>
    /// <exception cref="GroupCanceledException">The token was cancelled; <see cref="GroupCanceledException.Outcome"/> says whether the request had been sent.</exception>
    /// <exception cref="QueueFullException">The queue is full, and <see cref="GroupOptions{TRequest}.QueueFull"/> is <see cref="QueueFullMode.Reject"/>. Nothing was sent.</exception>
    /// <exception cref="OutcomeUnknownException">The connection was lost after the request was sent: it may or may not be applied.</exception>
    /// <exception cref="ObjectDisposedException">The group was stopped.</exception>
    /// <exception cref="InvalidOperationException">There is an ambient <c>System.Transactions</c> transaction, which a batch cannot be part of; or the statement did not answer as it should.</exception>
    /// <exception cref="Npgsql.NpgsqlException">The driver's exception about this request alone, or one that concerns all (the server cannot be reached, a table is missing). It was not applied.</exception>
    public ValueTask<TResult> RunAsync(TRequest request, CancellationToken ct = default)
    {
        if (Transaction.Current is not null)
            return ValueTask.FromException<TResult>(AmbientTransaction());
        if (ct.IsCancellationRequested)
            return ValueTask.FromException<TResult>(new GroupCanceledException("The token was cancelled before the call: nothing was sent.", WriteOutcome.NotApplied, ct));

        var options = _context.Options;
        var call = GroupCall<TRequest, TResult>.Rent(request);
        GroupLane<TRequest, TResult>? lane;
        try
        {
            call.Key = options.OrderBy?.Invoke(request);
            call.BatchKey = options.BatchBy?.Invoke(request);
            call.Tenant = options.FairBy?.Invoke(request);
            call.Size = options.SizeOf?.Invoke(request) ?? 0;
            GroupTelemetry.Entered(call);
            var queue = _queues.Length == 1 ? _queues[0] : _queues[(uint)StringComparer.Ordinal.GetHashCode(call.Key!) % (uint)_queues.Length];
            call.Watch(queue, ct);
            lane = queue.Enter(call);
        }
        catch (Exception e)
        {
            call.Abandon();
            return ValueTask.FromException<TResult>(e);
        }

        var answer = call.Answer;
        lane?.Start();
        return answer;
    }

    /// <summary>
    /// Takes no more calls, sends all that is queued, and waits for its answers, up to <see cref="GroupOptions{TRequest}.DrainTimeout"/>. What could not be sent by then fails with
    /// <see cref="GroupCanceledException"/> and was not applied.
    /// </summary>
    /// <returns>When everything was answered, or the time is over.</returns>
    public ValueTask DisposeAsync()
    {
        lock (_stopping)
            return new(_stopped ??= StopAsync());
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting: what is queued is still sent, if the process lives long enough.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private bool CloseOlderThan(TimeSpan age)
    {
        foreach (var queue in _queues)
        {
            while (queue.Borrow(age) is { } lane)
                _ = lane.CloseAsync();
        }

        return _queues.Any(static queue => queue.HasConnections());
    }

    private async Task StopAsync()
    {
        _context.Dispose();
        var drained = Task.WhenAll(_queues.Select(static queue => queue.CloseAsync()));
        try
        {
            await drained.WaitAsync(_context.Options.DrainTimeout, _context.Options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (var queue in _queues)
                queue.FailWaiting(static () => new GroupCanceledException("The group was stopped before the request could be sent: nothing was applied.", WriteOutcome.NotApplied, default));
        }

        // Lanes that still wait for the server keep their connections until it answers or their command times out; nobody waits for that.
        var closed = CloseAsync(drained);
        if (drained.IsCompleted)
            await closed.ConfigureAwait(false);
    }

    private async Task CloseAsync(Task drained)
    {
        await drained.ConfigureAwait(false);
        _lanes.ForEach(static lane => lane.Dispose());
    }

    private static void Check(string group, GroupOptions<TRequest> options)
    {
        Demand(options.Lanes is >= 1 and <= 16, nameof(options.Lanes), options.Lanes, "1 to 16");
        Demand(options.MaxBatch is >= 1 and <= 10_000, nameof(options.MaxBatch), options.MaxBatch, "1 to 10,000");
        Demand(options.MaxBatchBytes >= 1, nameof(options.MaxBatchBytes), options.MaxBatchBytes, "1 or more");
        Demand(!options.UniqueKeys || options.OrderBy is not null, nameof(options.UniqueKeys), options.UniqueKeys, "false, unless OrderBy says what the key is");
        Demand(options.QueueLimit >= 1, nameof(options.QueueLimit), options.QueueLimit, "1 or more");
        Demand(Enum.IsDefined(options.QueueFull), nameof(options.QueueFull), options.QueueFull, "Wait or Reject");
        Demand(options.BatchLockTimeout >= TimeSpan.FromMilliseconds(1) && options.BatchLockTimeout <= TimeSpan.FromHours(1), nameof(options.BatchLockTimeout), options.BatchLockTimeout, "1 ms to an hour");
        Demand(options.CommandTimeout >= TimeSpan.FromSeconds(1) && options.CommandTimeout <= TimeSpan.FromHours(1), nameof(options.CommandTimeout), options.CommandTimeout, "1 s to an hour");
        Demand(options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= TimeSpan.FromDays(1), nameof(options.DrainTimeout), options.DrainTimeout, "0 to a day");
        Demand(options.Time is not null, nameof(options.Time), "null", "a TimeProvider");

        void Demand(bool valid, string option, object value, string limit)
        {
            if (!valid)
                throw new ArgumentException($"GroupOptions.{option} of group '{group}' is {value}; it must be {limit}.", nameof(options));
        }
    }

    private InvalidOperationException AmbientTransaction() => new(
        $"There is an ambient transaction (System.Transactions.Transaction.Current), and a request of group '{_context.Statement.Name}' commits together with others' instead. "
        + $"Call {_context.Statement.TransactionalForm ?? "the form that takes an NpgsqlTransaction"}, or suppress the scope with TransactionScopeOption.Suppress.");
}
