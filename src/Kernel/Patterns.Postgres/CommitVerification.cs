using Npgsql;

namespace Patterns.Postgres;

/// <summary>Commits, and finds out what became of a commit whose answer was lost.</summary>
internal sealed class CommitVerification(NpgsqlDataSource source, HotStatements hot, TimeProvider time)
{
    private static readonly TimeSpan PollFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    // The timeline is read from the name of the write-ahead log in use: a promoted standby may give the same transaction id to somebody else, and
    // its control file still names the old timeline until its first checkpoint is over.
    private const string Identify = "SELECT pg_current_xact_id_if_assigned()::text, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";

    // The statements that travel with COMMIT may be the first that write.
    private const string Assign = "SELECT pg_current_xact_id()::text, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";
    private const string Ask = "SELECT pg_xact_status($1::xid8), left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)";

    /// <summary>
    /// Commits. Not cancellable: a cancelled COMMIT would leave its outcome open for nothing.
    /// </summary>
    public async ValueTask CommitAsync(NpgsqlTransaction transaction, bool verify, Action<NpgsqlBatch>? withCommit, CancellationToken ct)
    {
        _ = transaction.IsolationLevel; // throws when the work has ended the transaction itself
        try
        {
            var identity = verify ? await IdentifyAsync(transaction, withCommit is null ? Identify : Assign, ct).ConfigureAwait(false) : default;
            ct.ThrowIfCancellationRequested();
            await SendCommitAsync(transaction, identity, verify, withCommit).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == "25P02")
        {
            throw new InvalidOperationException(
                "A statement of this transaction failed and its error was swallowed, so PostgreSQL has given the transaction up and nothing was applied. Let the error through, or set a savepoint before the statement.", e);
        }
    }

    private async ValueTask SendCommitAsync(NpgsqlTransaction transaction, (string? Xid, string Timeline) identity, bool verify, Action<NpgsqlBatch>? withCommit)
    {
        try
        {
            // PostgreSQL answers COMMIT of a failed transaction with a ROLLBACK that the driver takes for success. What travels before it in the same
            // round trip, if only an empty SELECT, fails there.
            var batch = new NpgsqlBatch(transaction.Connection, transaction);
            await using (batch.ConfigureAwait(false))
            {
                withCommit?.Invoke(batch);
                if (batch.BatchCommands.Count == 0)
                    batch.BatchCommands.Add(new("SELECT"));
                batch.BatchCommands.Add(new("COMMIT"));
                if (withCommit is not null)
                    await hot.PrepareAsync(batch, CancellationToken.None).ConfigureAwait(false);
                await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException e) when (IsLost(e))
        {
            var status = !verify ? null : identity.Xid is null ? "committed" : await AskAsync(identity.Xid, identity.Timeline).ConfigureAwait(false);
            switch (status)
            {
                case "committed":
                    return;
                case "aborted":
                    throw new CommitAbortedException(e);
                default:
                    throw new OutcomeUnknownException(
                        "The connection was lost during COMMIT, so the work may or may not be applied. Look before you repeat it"
                        + (verify ? "." : ", or set PostgresOptions.VerifyCommit to have the server asked."),
                        e);
            }
        }
    }

    // A server that is ended with FATAL in the middle of COMMIT may already have committed.
    private static bool IsLost(NpgsqlException e) => e is not PostgresException || PostgresErrors.Classify(e) == PostgresFault.ConnectionLost;

    private static async ValueTask<(string? Xid, string Timeline)> IdentifyAsync(NpgsqlTransaction transaction, string statement, CancellationToken ct)
    {
        var command = new NpgsqlCommand(statement, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
            return (await ReadAsync(command, ct).ConfigureAwait(false))!;
    }

    private async ValueTask<string?> AskAsync(string xid, string timeline)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                var command = source.CreateCommand(Ask);
                await using (command.ConfigureAwait(false))
                {
                    command.Parameters.Add(new NpgsqlParameter { Value = xid, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Unknown });
                    var (status, now) = await ReadAsync(command, CancellationToken.None).ConfigureAwait(false);
                    if (now != timeline)
                        return null;
                    if (status is not "in progress")
                        return status;
                }
            }
            catch (NpgsqlException)
            {
                // The server may be on its way up again, and the pool may hold more connections that broke with this one.
                source.Clear();
            }

            if (time.GetElapsedTime(started) >= PollFor)
                return null;

            await Task.Delay(PollEvery, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async ValueTask<(string? First, string Second)> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync(ct).ConfigureAwait(false);
            return (await reader.IsDBNullAsync(0, ct).ConfigureAwait(false) ? null : reader.GetString(0), reader.GetString(1));
        }
    }
}
