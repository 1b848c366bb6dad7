using System.Text.RegularExpressions;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Applies a script that cannot run in a transaction. Its version row, in state 'running', is the claim: ten minutes, renewed while the statement runs.
/// A crash leaves the claim, which runs out, and perhaps an invalid index, which the next run drops first.
/// </summary>
internal sealed partial class ClaimedScript(NpgsqlDataSource source, SchemaScript script, string schemaName, TimeProvider time)
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(3);
    private readonly string _schema = Identifier.Quote(schemaName);

    /// <summary>True when it was applied now, false when another instance has applied it, null while another is at it.</summary>
    public async Task<bool?> TryApplyAsync(CancellationToken ct)
    {
        var claim = await ClaimAsync(ct).ConfigureAwait(false);
        if (claim is not true)
            return claim;

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var renewal = RenewAsync(stop.Token);
        var started = time.GetTimestamp();
        try
        {
            await DropInvalidIndexAsync(ct).ConfigureAwait(false);
            var statement = SqlStatements.Split(script.For(_schema)).Single().Text;
            await ExecuteAsync(new(statement), ct).ConfigureAwait(false);
            await ExecuteAsync(
                Key($"UPDATE {_schema}.schema_versions SET state = 'applied', claimed_until = NULL, applied_at = {_schema}.now(), duration_ms = $3 WHERE package = $1 AND number = $2", new NpgsqlParameter<int> { TypedValue = (int)time.GetElapsedTime(started).TotalMilliseconds }),
                ct).ConfigureAwait(false);
            return true;
        }
        catch
        {
            // The next instance need not wait for the claim to run out. If even this fails, it will.
            await ReleaseAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
        }
    }

    /// <summary>True when the claim is ours, false when the script is applied, null when somebody else holds the claim or the lock.</summary>
    private Task<bool?> ClaimAsync(CancellationToken ct) => VersionRow.UnderLockAsync(
        source,
        script,
        schemaName,
        async (_, transaction) =>
        {
            var sql =
                $"""
                INSERT INTO {_schema}.schema_versions AS v (package, number, name, checksum, state, claimed_until)
                VALUES ($1, $2, $3, $4, 'running', {_schema}.now() + interval '10 minutes')
                ON CONFLICT (package, number) DO UPDATE SET name = excluded.name, checksum = excluded.checksum, claimed_until = excluded.claimed_until
                WHERE v.state = 'running' AND v.claimed_until < {_schema}.now()
                """;
            var batch = new NpgsqlBatch(transaction.Connection, transaction) { BatchCommands = { Key(sql, new NpgsqlParameter<string> { TypedValue = script.Name }, new NpgsqlParameter<byte[]> { TypedValue = script.Checksum }) } };
            await using (batch.ConfigureAwait(false))
                return await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 1 ? true : null;
        },
        ct);

    private async Task RenewAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RenewEvery, time, ct).ConfigureAwait(false);
                await ExecuteAsync(Key($"UPDATE {_schema}.schema_versions SET claimed_until = {_schema}.now() + interval '10 minutes' WHERE package = $1 AND number = $2 AND state = 'running'"), ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The script has ended.
        }
        catch (NpgsqlException)
        {
            // The claim runs out unless the script ends first; its own connection will tell of a broken server.
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await ExecuteAsync(Key($"DELETE FROM {_schema}.schema_versions WHERE package = $1 AND number = $2 AND state = 'running'"), CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private async Task DropInvalidIndexAsync(CancellationToken ct)
    {
        var match = IndexName().Match(script.Text);
        if (!match.Success)
            return;

        var index = match.Groups["name"].Value;
        var command = source.CreateCommand("SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2 AND NOT i.indisvalid)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schemaName });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = index });
            if (!(bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!)
                return;
        }

        await ExecuteAsync(new($"DROP INDEX CONCURRENTLY {_schema}.{Identifier.Quote(index)}"), ct).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(NpgsqlBatchCommand command, CancellationToken ct)
    {
        var batch = source.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.Timeout = 0;
            batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private NpgsqlBatchCommand Key(string sql, params NpgsqlParameter[] more)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = script.Package }, new NpgsqlParameter<int> { TypedValue = script.Number } },
        };
        foreach (var parameter in more)
            command.Parameters.Add(parameter);
        return command;
    }

    [GeneratedRegex(@"CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(IF\s+NOT\s+EXISTS\s+)?""?(?<name>[A-Za-z0-9_]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IndexName();
}
