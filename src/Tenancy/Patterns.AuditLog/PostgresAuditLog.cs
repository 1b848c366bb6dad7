using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

internal sealed partial class PostgresAuditLog(
    IPostgres postgres, GroupCommit<IntakeEntry, AppendOutcome> group, EntryIntake intake, LogPartitions partitions, Sealer sealer, AuditKeys keys, EntryReads reads, TimeProvider time) : IAuditLog
{
    private const int MaxEntries = 1_000;
    private readonly AppendStatement _statement = new(postgres);
    private readonly SingleAppend _single = new(postgres);

    public async Task<AppendResult> AppendAsync(AuditEntry entry, CancellationToken ct = default)
    {
        var taken = intake.Take(entry);
        if (entry.WaitForSeal)
            _ = keys.Demand();
        await partitions.EnsureAsync(taken.Stored, ct).ConfigureAwait(false);
        var outcome = await SendAsync(taken, ct).ConfigureAwait(false);
        Telemetry.CountAppended(outcome);
        if (entry.WaitForSeal)
            await sealer.SealNowAsync(ct).ConfigureAwait(false);
        return new(entry.Id, outcome);
    }

    public async Task<AppendResult> AppendAsync(NpgsqlTransaction transaction, AuditEntry entry, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (entry is { WaitForSeal: true })
            throw new ArgumentException("WaitForSeal is set, but the entry commits with the caller's transaction, later. Commit, and call IAuditIntegrity.SealNowAsync.", nameof(entry));
        var taken = intake.Take(entry);
        await partitions.EnsureAsync(taken.Stored, ct).ConfigureAwait(false);
        try
        {
            var outcome = await postgres.JoinAsync(transaction, (joined, token) => _single.RunAsync(joined, taken, token), ct).ConfigureAwait(false);
            Telemetry.CountAppended(outcome);
            return new(taken.Stored.Id, outcome);
        }
        catch (PostgresException e) when (PostgresErrors.Classify(e) == PostgresFault.NoPartition)
        {
            partitions.Forget(taken.Stored);
            throw Explained(e);
        }
    }

    public async Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct = default)
    {
        var waits = Check(entries);
        if (waits)
            _ = keys.Demand();
        var results = await SendAsync(transaction: null, entries, ct).ConfigureAwait(false);
        if (waits)
            await sealer.SealNowAsync(ct).ConfigureAwait(false);
        return results;
    }

    public async Task<IReadOnlyList<AppendResult>> AppendAsync(NpgsqlTransaction transaction, IReadOnlyList<AuditEntry> entries, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (Check(entries))
            throw new ArgumentException("WaitForSeal is set, but the entries commit with the caller's transaction, later. Commit, and call IAuditIntegrity.SealNowAsync.", nameof(entries));
        return await SendAsync(transaction, entries, ct).ConfigureAwait(false);
    }

    private static bool Check(IReadOnlyList<AuditEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is < 1 or > MaxEntries)
            throw new ArgumentException($"There are {entries.Count} entries; one call takes 1 to {MaxEntries}.", nameof(entries));
        return entries.Any(static e => e is { WaitForSeal: true });
    }

    private async ValueTask<AppendOutcome> SendAsync(IntakeEntry entry, CancellationToken ct)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                return await group.RunAsync(entry, ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (PostgresErrors.Classify(e) == PostgresFault.NoPartition)
            {
                // It was known and is gone: somebody dropped it, or another database has this one's name.
                partitions.Forget(entry.Stored);
                if (again)
                    throw Explained(e);
                await partitions.EnsureAsync(entry.Stored, ct).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<AppendResult[]> SendAsync(NpgsqlTransaction? transaction, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        var taken = new IntakeEntry[entries.Count];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = intake.Take(entries[i]);
        foreach (var entry in taken)
            await partitions.EnsureAsync(entry.Stored, ct).ConfigureAwait(false);
        try
        {
            var outcomes = await postgres.JoinAsync(transaction, (joined, token) => InsertAsync(joined, taken, token), ct).ConfigureAwait(false);
            var results = new AppendResult[outcomes.Length];
            for (var i = 0; i < results.Length; i++)
            {
                Telemetry.CountAppended(outcomes[i]);
                results[i] = new(taken[i].Stored.Id, outcomes[i]);
            }

            return results;
        }
        catch (PostgresException e) when (PostgresErrors.Classify(e) == PostgresFault.NoPartition)
        {
            foreach (var entry in taken)
                partitions.Forget(entry.Stored);
            throw Explained(e);
        }
    }

    private async ValueTask<AppendOutcome[]> InsertAsync(NpgsqlTransaction transaction, IntakeEntry[] entries, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_statement.Sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            _statement.Bind(command.Parameters, entries);
            await postgres.PrepareAsync(command, ct).ConfigureAwait(false);
            var known = await command.ExecuteScalarAsync(ct).ConfigureAwait(false) as int[] ?? [];
            var outcomes = new AppendOutcome[entries.Length];
            foreach (var place in known)
                outcomes[place - 1] = AppendOutcome.AlreadyRecorded;
            return outcomes;
        }
    }

    private static PostgresException Explained(PostgresException e) => new(
        $"{e.MessageText}. The month of an audit entry has no partition, and the transaction has failed. Partitions are made ahead by the maintenance of Patterns.Postgres, and by the first append to a month: let it run with the right to change the schema (PostgresOptions.MigrationConnectionString, or a call of ITimePartitions.MaintainAsync by the role that has it), and repeat the transaction.",
        e.Severity, e.InvariantSeverity, e.SqlState, e.Detail, e.Hint, schemaName: e.SchemaName, tableName: e.TableName, routine: e.Routine);
}
