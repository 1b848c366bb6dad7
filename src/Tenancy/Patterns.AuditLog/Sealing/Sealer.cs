using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>
/// Seals. Each run is one transaction under an advisory lock that ends with it, so that it works behind a transaction pooler too: pending entries are taken, sealed and taken out, or all is as before.
/// Pending entries are rows, no watermark of time or id, so that what a long transaction commits late is in a later run.
/// </summary>
internal sealed class Sealer(
    AuditorTransactions auditor, RunStore store, AuditKeys keys, AnchorPublication anchors, LogPartitions partitions, IOptions<AuditLogOptions> options)
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromHours(1);
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private Task<SealResult>? _next;

    /// <summary>Seals all that is committed before the call. Calls that come while a run is at work share the next one.</summary>
    public Task<SealResult> SealNowAsync(CancellationToken ct)
    {
        _ = keys.Demand();
        lock (_gate)
        {
            if (_next is null)
                _last = _next = AfterAsync(_last);
            return _next.WaitAsync(ct);
        }
    }

    /// <summary>What the hosted service does at its turn: seals what there is unless another process is at it, and after an hour without a run says that the log is alive.</summary>
    public async Task<SealResult> SealDueAsync(CancellationToken ct) => await RunsAsync(wait: false, ct).ConfigureAwait(false);

    /// <summary>Writes a run of another kind, without seals.</summary>
    public async Task<RunHead> WriteAsync(RunKind kind, string note, CancellationToken ct)
    {
        var key = keys.Demand();
        var head = await auditor.RunAsync(
            async (transaction, token) =>
            {
                await store.LockAsync(transaction, wait: true, token).ConfigureAwait(false);
                var (now, last, _) = await store.TakeAsync(transaction, limit: 0, token).ConfigureAwait(false);
                var run = RunDraft.Make(kind, note, last, now, [], key);
                await store.WriteAsync(transaction, run, token).ConfigureAwait(false);
                return run.Head;
            },
            ct).ConfigureAwait(false);
        Telemetry.CountRun(head.Kind, 0, 0);
        await anchors.PublishAsync(head, ct).ConfigureAwait(false);
        return head;
    }

    private async Task<SealResult> AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (_gate)
            _next = null;
        return await RunsAsync(wait: true, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>As many runs as it takes until one finds less than it may take.</summary>
    private async Task<SealResult> RunsAsync(bool wait, CancellationToken ct)
    {
        var (entries, seals) = (0, 0);
        while (true)
        {
            var (run, newest) = await RunOnceAsync(wait, ct).ConfigureAwait(false);
            if (newest is not null)
                await anchors.PublishAsync(newest, ct).ConfigureAwait(false);
            var taken = run?.Groups.Sum(static g => g.Entries.Count) ?? 0;
            entries += taken;
            seals += run?.Groups.Count ?? 0;
            if (taken < options.Value.MaxRun)
                return new(entries, seals, newest);
        }
    }

    private async Task<(RunDraft? Run, RunHead? Newest)> RunOnceAsync(bool wait, CancellationToken ct)
    {
        for (var made = false; ;)
        {
            List<PendingEntry> taken = [];
            try
            {
                var started = Telemetry.Start();
                var (run, newest) = await auditor.RunAsync((transaction, token) => RunAsync(transaction, wait, taken, token), ct).ConfigureAwait(false);
                Failpoint.At("committed");
                if (run is not null)
                {
                    Telemetry.CountRun(run.Head.Kind, taken.Count, run.Groups.Count);
                    Telemetry.Stop(started);
                }

                return (run, newest);
            }
            catch (PostgresException e) when (!made && PostgresErrors.Classify(e) == PostgresFault.NoPartition)
            {
                foreach (var (retentionClass, month) in taken.Select(static t => (t.RetentionClass, t.Month)).Distinct().ToList())
                    await partitions.MakeAsync(retentionClass, month, ct).ConfigureAwait(false);
                made = true;
            }
        }
    }

    private async ValueTask<(RunDraft? Run, RunHead? Newest)> RunAsync(NpgsqlTransaction transaction, bool wait, List<PendingEntry> taken, CancellationToken ct)
    {
        if (!await store.LockAsync(transaction, wait, ct).ConfigureAwait(false))
            return default;

        Failpoint.At("locked");
        var (now, last, entries) = await store.TakeAsync(transaction, options.Value.MaxRun, ct).ConfigureAwait(false);
        taken.AddRange(entries);
        Failpoint.At("taken");
        var isDue = entries.Count > 0 || (!wait && (last is null || now - last.SealedAt >= HeartbeatEvery));
        if (!isDue)
            return (null, last);

        var run = RunDraft.Make(entries.Count > 0 ? RunKind.Seals : RunKind.Heartbeat, note: null, last, now, entries, keys.Demand());
        Failpoint.At("signed");
        await store.WriteAsync(transaction, run, ct).ConfigureAwait(false);
        Failpoint.At("written");
        return (run, run.Head);
    }
}
