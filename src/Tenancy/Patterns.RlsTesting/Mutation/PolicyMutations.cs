using System.Data;
using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>Weakens one policy after the other, each inside a savepoint, and looks who notices.</summary>
internal static class PolicyMutations
{
    public static async Task<MutationReport> RunAsync(AuditPlan plan, Func<NpgsqlConnection, CancellationToken, Task>? extraTest, CancellationToken ct)
    {
        var session = await ProbeSession.OpenAsync(plan, ct).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        if (!plan.MutableDatabases.Contains(session.Database))
        {
            throw new InvalidOperationException(
                $"Policies are weakened on test databases only, since their tables are locked meanwhile: allow it with AllowMutationOn(\"{session.Database}\") if '{session.Database}' is one.");
        }

        var probes = await LeakProbes.PrepareAsync(plan, session, ct).ConfigureAwait(false);
        var known = Unsafe(await probes.RunAsync(probes.Tables, views: false, ct).ConfigureAwait(false));
        if (extraTest is not null && await NoticesAsync(session, extraTest, ct).ConfigureAwait(false) is { } failure)
            throw new InvalidOperationException("Your own test fails with the policies as they are, so that it could notice no change of them.", failure);

        var mutants = new List<Mutant>();
        foreach (var mutation in await MutationReader.ReadAsync(session.Connection, probes.Tables, ct).ConfigureAwait(false))
        {
            await session.ExecuteAsync("SAVEPOINT patterns_mutant", ct).ConfigureAwait(false);
            await WeakenAsync(session, mutation, ct).ConfigureAwait(false);
            var matrix = Unsafe(await probes.RunAsync([mutation.Table], views: false, ct).ConfigureAwait(false));
            var noticed = extraTest is not null && await NoticesAsync(session, extraTest, ct).ConfigureAwait(false) is not null;
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT patterns_mutant; RELEASE SAVEPOINT patterns_mutant", ct).ConfigureAwait(false);
            mutants.Add(new(mutation.Table.Display, mutation.Policy, mutation.Kind, matrix.Except(known).Any(), noticed));
        }

        return new(mutants);
    }

    private static HashSet<(string, ProbeCommand, ProbeIdentity)> Unsafe(LeakMatrix matrix) => [.. matrix.Probes.Where(p => !p.IsSafe).Select(p => (p.Table, p.Command, p.Identity))];

    private static async Task WeakenAsync(ProbeSession session, Mutation mutation, CancellationToken ct)
    {
        try
        {
            await session.ExecuteAsync($"SET LOCAL lock_timeout = '2s'; {mutation.Sql}; SET LOCAL lock_timeout = DEFAULT", ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT patterns_mutant", ct).ConfigureAwait(false);
            var pid = await BlockingAsync(session.Connection, mutation.Table, ct).ConfigureAwait(false);
            throw new RlsBusyException(
                $"{mutation.Table.Display} could not be locked within 2 seconds: {(pid is null ? "another process" : $"process {pid} (pg_stat_activity.pid)")} uses it. Run once more when it is done, on a database that nothing else uses.", pid, e);
        }
    }

    private static async Task<int?> BlockingAsync(NpgsqlConnection connection, TableShape table, CancellationToken ct)
    {
        var command = new NpgsqlCommand(
            """
            SELECT pid FROM pg_locks
            WHERE relation = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted AND pid IS DISTINCT FROM pg_backend_pid()
            ORDER BY pid LIMIT 1
            """,
            connection)
        {
            Parameters = { new() { Value = table.Oid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid } },
        };
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) as int?;
    }

    /// <summary>What the user's own test throws; what it did is rolled back.</summary>
    private static async Task<Exception?> NoticesAsync(ProbeSession session, Func<NpgsqlConnection, CancellationToken, Task> test, CancellationToken ct)
    {
        await session.ExecuteAsync("SAVEPOINT patterns_test", ct).ConfigureAwait(false);
        Exception? thrown = null;
        try
        {
            await test(session.Connection, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && session.Connection.State == ConnectionState.Open)
        {
            thrown = e; // whatever an assertion library throws is how a test says that it noticed
        }

        try
        {
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT patterns_test; RELEASE SAVEPOINT patterns_test", ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is "3B001" or "25P01")
        {
            throw new InvalidOperationException("Your own test ended the transaction that it was called in. It must not COMMIT or ROLLBACK: use savepoints.", e);
        }

        return thrown;
    }
}
