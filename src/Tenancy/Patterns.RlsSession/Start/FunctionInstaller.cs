using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Installs the functions and the seal's keys with the right to change the schema, once, however many instances start.</summary>
internal sealed class FunctionInstaller(IPostgres postgres, IOptions<RlsOptions> options, IOptions<PostgresOptions> database, ILoggerFactory? loggers = null)
{
    private const string Installed =
        """
        SELECT pg_catalog.obj_description(p.oid, 'pg_proc') FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = $1 AND p.proname = 'tenant_id' AND p.pronargs = 0
        """;

    private readonly string _text = FunctionText.Functions(options.Value, database.Value.Schema);

    public string Script => _text;

    public async Task<bool> IsInstalledAsync(CancellationToken ct)
    {
        var connection = await postgres.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await IsInstalledAsync(connection, ct).ConfigureAwait(false);
    }

    public async Task InstallAsync(CancellationToken ct)
    {
        var keys = options.Value.Sealing == Sealing.On ? options.Value.SealKeys : [];
        if (keys.Count == 0 && await IsInstalledAsync(ct).ConfigureAwait(false))
            return;

        var own = database.Value.MigrationConnectionString is { } migration ? NpgsqlDataSource.Create(migration) : null;
        try
        {
            var connection = await (own ?? postgres.DataSource).OpenConnectionAsync(ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                await InstallAsync(connection, keys, ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == "42501")
        {
            throw new InvalidOperationException(
                $"The functions of row-level security cannot be installed: {e.MessageText}. Set PostgresOptions.MigrationConnectionString to the owner of schema {database.Value.Schema}, "
                + "or set SchemaMode to Verify and run what RlsSql.InstallFunctions and RlsSql.InstallKey print.",
                e);
        }
        finally
        {
            if (own is not null)
                await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task InstallAsync(NpgsqlConnection connection, IEnumerable<SealKey> keys, CancellationToken ct)
    {
        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            // The lock of the schema scripts, so that neither meets the other half done.
            await LockAsync(connection, ct).ConfigureAwait(false);
            if (!await IsInstalledAsync(connection, ct).ConfigureAwait(false))
            {
                await ExecuteAsync(connection, _text, ct).ConfigureAwait(false);
                Log.FunctionsInstalled(Log.For(loggers), database.Value.Schema);
            }

            foreach (var key in keys)
                await InstallKeyAsync(connection, key, ct).ConfigureAwait(false);
            await transaction.CommitAsync(ct).ConfigureAwait(false);
        }
    }

    private async Task LockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var command = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_catalog.set_config('lock_timeout', $1, true), pg_catalog.set_config('search_path', '', true)")
                {
                    Parameters = { Text(string.Create(CultureInfo.InvariantCulture, $"{(long)database.Value.SchemaLockWait.TotalMilliseconds}ms")) },
                },
                new("SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))") { Parameters = { Text("patterns.schema." + database.Value.Schema) } },
            },
        };
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    // An instance that starts must not end the rotation of keys: an expiry that somebody has set stays, and another secret under the same id stops the start.
    private async Task InstallKeyAsync(NpgsqlConnection connection, SealKey key, CancellationToken ct)
    {
        var (inner, outer) = KeyText.Pads(key);
        var command = new NpgsqlCommand(
            $"""
             WITH added AS (
                 INSERT INTO {postgres.Schema}.rls_session_keys (key_id, inner_pad, outer_pad) VALUES ($1, $2, $3) ON CONFLICT (key_id) DO NOTHING RETURNING key_id)
             SELECT EXISTS (SELECT FROM added) OR EXISTS (SELECT FROM {postgres.Schema}.rls_session_keys WHERE key_id = $1 AND inner_pad = $2)
             """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter<short> { TypedValue = key.Id },
                new NpgsqlParameter<byte[]> { TypedValue = inner },
                new NpgsqlParameter<byte[]> { TypedValue = outer },
            },
        };
        await using (command.ConfigureAwait(false))
        {
            if (!(bool)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!)
            {
                throw new InvalidOperationException(
                    $"Seal key {key.Id} has another secret in the database than in RlsOptions.SealKeys. Give the new secret a new id, put it first, and keep the old one until its seals have expired.");
            }
        }
    }

    private async Task<bool> IsInstalledAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var command = new NpgsqlCommand(Installed, connection) { Parameters = { Text(database.Value.Schema) } };
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) is string comment && _text.Contains($"'{comment}'", StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken ct)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
