using Npgsql;

namespace Patterns.Postgres;

/// <summary>The row that says that a script is applied, under the installer's lock.</summary>
internal sealed class VersionRow(NpgsqlTransaction transaction, SchemaScript script, string schemaName)
{
    private readonly string _schema = Identifier.Quote(schemaName);

    /// <summary>The key of the advisory lock: one for each schema, so that two schemas install independently.</summary>
    public static string LockName(string schemaName) => "patterns.schema." + schemaName;

    /// <summary>
    /// Runs work in a transaction that holds the installer's lock, for a script that is not applied, and commits. Null without the lock, false when the
    /// script is applied; else what the work returns.
    /// </summary>
    public static async Task<bool?> UnderLockAsync(NpgsqlDataSource source, SchemaScript script, string schemaName, Func<VersionRow, NpgsqlTransaction, Task<bool?>> work, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var version = new VersionRow(transaction, script, schemaName);
                if (!await version.TryLockAsync(ct).ConfigureAwait(false))
                    return null;
                if (await version.IsAppliedAsync(ct).ConfigureAwait(false))
                    return false;

                var result = await work(version, transaction).ConfigureAwait(false);
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                return result;
            }
        }
    }

    /// <summary>Sets the transaction's limits and tries the lock, without ever waiting for it.</summary>
    private async Task<bool> TryLockAsync(CancellationToken ct)
    {
        const string Sql =
            """
            SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)),
                set_config('lock_timeout', '5s', true), set_config('statement_timeout', '5min', true), set_config('search_path', '', true)
            """;
        var command = new NpgsqlCommand(Sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = LockName(schemaName) });
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }

    /// <summary>In a statement of its own, whose snapshot is taken after the lock is held.</summary>
    private async Task<bool> IsAppliedAsync(CancellationToken ct)
    {
        if (script is { Package: SchemaInstaller.Kernel, Number: 1 } && !await TableExistsAsync(ct).ConfigureAwait(false))
            return false; // this is the script that makes it

        var command = new NpgsqlCommand($"SELECT name, checksum, applied_at FROM {_schema}.schema_versions WHERE package = $1 AND number = $2 AND state = 'applied'", transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(ct).ConfigureAwait(false))
                    return false;

                SchemaState.RefuseOther(script, reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetDateTime(2));
                return true;
            }
        }
    }

    public async Task InsertAsync(int milliseconds, CancellationToken ct)
    {
        var command = new NpgsqlCommand(
            $"INSERT INTO {_schema}.schema_versions (package, number, name, checksum, state, applied_at, duration_ms) VALUES ($1, $2, $3, $4, 'applied', {_schema}.now(), $5)",
            transaction.Connection,
            transaction);
        await using (command.ConfigureAwait(false))
        {
            AddKey(command);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = script.Checksum });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = milliseconds });
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task<bool> TableExistsAsync(CancellationToken ct)
    {
        var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _schema + ".schema_versions" });
            return (bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }

    private void AddKey(NpgsqlCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Package });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Number });
    }
}
