using Microsoft.Extensions.Logging;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Applies one script once, however many instances try. What keeps it to once is the installer's advisory lock together with the version row that is
/// read after the lock is held and written in the script's own transaction. The lock is only ever tried: an instance that waited inside the server
/// would hold a snapshot that CREATE INDEX CONCURRENTLY waits for, and deadlock with it.
/// </summary>
internal sealed class ScriptRun(NpgsqlDataSource source, SchemaScript script, string schemaName, TimeProvider time, DateTimeOffset deadline, ILogger logger)
{
    private const int LockAttempts = 5;
    private readonly string _schema = Identifier.Quote(schemaName);
    private readonly List<(int Offset, string Text)> _statements = [.. SqlStatements.Split(script.For(Identifier.Quote(schemaName)))];
    private int _failing;

    /// <summary>False when another instance applied it.</summary>
    public async Task<bool> ApplyAsync(CancellationToken ct)
    {
        for (var attempt = 1; ;)
        {
            try
            {
                var done = script.RunsAlone
                    ? await new ClaimedScript(source, script, schemaName, time).TryApplyAsync(ct).ConfigureAwait(false)
                    : await TryApplyAsync(ct).ConfigureAwait(false);
                if (done is { } applied)
                    return applied;
            }
            catch (PostgresException e) when (e.SqlState == "55P03" && attempt < LockAttempts)
            {
                // Longer each time, so that the script never queues for long in front of traffic.
                attempt++;
                Log.ScriptRetried(logger, script.ToString(), attempt, LockAttempts);
                await PauseAsync(Math.Min(5000, 100 << attempt), ct).ConfigureAwait(false);
                continue;
            }
            catch (PostgresException e) when (e.SqlState == "42501")
            {
                throw await SchemaRights.ExplainAsync(source, _schema, script, e, ct).ConfigureAwait(false);
            }
            catch (PostgresException e)
            {
                throw Explain(e);
            }

            if (time.GetUtcNow() >= deadline)
            {
                throw new SchemaException(
                    $"Another instance has been applying schema scripts for longer than PostgresOptions.SchemaLockWait, so {script} is not applied. Look for it in pg_stat_activity and in {_schema}.schema_versions (state 'running'); start again when it is done.",
                    script.Package,
                    script.Name);
            }

            await PauseAsync(250, ct).ConfigureAwait(false);
        }
    }

    private Task<bool?> TryApplyAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        return VersionRow.UnderLockAsync(
            source,
            script,
            schemaName,
            async (version, transaction) =>
            {
                await RunAsync(transaction, ct).ConfigureAwait(false);
                await version.InsertAsync((int)time.GetElapsedTime(started).TotalMilliseconds, ct).ConfigureAwait(false);
                return true;
            },
            ct);
    }

    private async Task RunAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var batch = new NpgsqlBatch(transaction.Connection, transaction) { Timeout = 0 };
        await using (batch.ConfigureAwait(false))
        {
            foreach (var (_, statement) in _statements)
                batch.BatchCommands.Add(new(statement));
            try
            {
                await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
            catch (PostgresException)
            {
                // The driver names the failing command only for data sources that ask for it; but what it has not run has no type yet.
                _failing = batch.BatchCommands.Cast<NpgsqlBatchCommand>().TakeWhile(c => c.StatementType != StatementType.Unknown).Count();
                throw;
            }
        }
    }

    private SchemaException Explain(PostgresException error)
    {
        if (_failing >= _statements.Count)
            return new($"Schema script {script} failed: {error.SqlState} {error.MessageText}. Nothing of it is applied.", script.Package, script.Name, sqlState: error.SqlState, inner: error);

        var (offset, statement) = _statements[_failing];
        var (line, column) = SqlStatements.Place(script.For(_schema), offset + Math.Max(0, error.Position - 1));
        var firstLine = statement.Split('\n', 2)[0];
        return new(
            $"Schema script {script} failed at line {line}, column {column}: {error.SqlState} {error.MessageText}. The statement begins: {firstLine}. Nothing of the script is applied; earlier scripts stay.",
            script.Package,
            script.Name,
            line,
            column,
            error.SqlState,
            firstLine,
            error);
    }

    private Task PauseAsync(int boundMs, CancellationToken ct) => Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(boundMs / 5, boundMs + 1)), time, ct);
}
