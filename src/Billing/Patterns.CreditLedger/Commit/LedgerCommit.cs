using Npgsql;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Sends operations: together with others' and committed at once, or inside a caller's transaction.</summary>
internal sealed class LedgerCommit(IPostgres postgres, GroupCommit<LedgerRequest, LedgerAnswer> group, BusyAccounts busy, ITimePartitions partitions, TimeProvider time)
{
    private volatile bool _hasPartition;

    public static GroupOptions<LedgerRequest> Options(TimeProvider time) => new() { OrderBy = static request => request.LockKey, Time = time };

    /// <summary>An account that somebody's transaction has is left alone by the batch, and its operations go on outside the lanes. Calls that are open at once have no order among them.</summary>
    public async ValueTask<LedgerAnswer> RunAsync(LedgerRequest request, CancellationToken ct)
    {
        if (busy.Joins(request) is { } waiting)
            return await waiting.RunAsync(request, ct).ConfigureAwait(false);

        var answer = await group.RunAsync(request, ct).ConfigureAwait(false);
        if (answer.Status != LedgerStatus.Busy)
            return answer;

        Telemetry.CountBusy();
        return await busy.Join(request).RunAsync(request, ct).ConfigureAwait(false);
    }

    /// <summary>One statement. The account's row is locked until the transaction ends.</summary>
    public async ValueTask<LedgerAnswer> RunAsync(NpgsqlTransaction transaction, LedgerRequest request, CancellationToken ct)
    {
        if (!_hasPartition)
        {
            // A caller's transaction cannot be run once more, so the first one of a process must not be the one that misses the partition before the maintenance has come to it.
            await partitions.EnsureAsync(LedgerArchive.Entries, time.GetUtcNow(), ct).ConfigureAwait(false);
            _hasPartition = true;
        }

        return await postgres.JoinAsync(
            transaction,
            async (joined, token) =>
            {
                var command = new NpgsqlCommand(busy.Statement.Sql, joined.Connection, joined);
                await using (command.ConfigureAwait(false))
                {
                    busy.Statement.Bind(command.Parameters, [request]);
                    await postgres.PrepareAsync(command, token).ConfigureAwait(false);
                    var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        await reader.ReadAsync(token).ConfigureAwait(false);
                        return LedgerStatement.Read(reader, [request])[0];
                    }
                }
            },
            ct).ConfigureAwait(false);
    }
}
