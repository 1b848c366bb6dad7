using System.Data;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace Patterns.RlsTesting;

/// <summary>
/// One connection in one transaction, which is rolled back at the end whatever happened. Runs on one database go one after the other, under an advisory lock of the
/// transaction, so that the rows and locks of one are never in the way of another.
/// </summary>
internal sealed class ProbeSession : IAsyncDisposable
{
    // Compiling a plan takes longer than any of these statements.
    private const string Open =
        """
        SET LOCAL jit = off;
        SELECT pg_advisory_xact_lock(7235412768231405217);
        SET CONSTRAINTS ALL IMMEDIATE;

        """;

    private readonly Dictionary<string, string> _markers = new(StringComparer.Ordinal);
    private readonly AuditPlan _plan;
    private readonly NpgsqlTransaction _transaction;
    private InsertMode _mode;

    private ProbeSession(AuditPlan plan, NpgsqlConnection connection, NpgsqlTransaction transaction) => (_plan, Connection, _transaction) = (plan, connection, transaction);

    private enum InsertMode
    {
        Plain,
        Scoped,
        AsApplication,
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>The setting <c>role</c> of the administrator, <c>none</c> unless the connection was given one.</summary>
    public string Administrator { get; private set; } = "none";

    /// <summary>No policy applies to the administrator.</summary>
    public bool SeesAll { get; private set; }

    public string Database { get; private set; } = "";

    /// <exception cref="InvalidOperationException">A role is missing, is not subject to policies, or cannot be taken on.</exception>
    public static async Task<ProbeSession> OpenAsync(AuditPlan plan, CancellationToken ct)
    {
        if (plan.Identities is null)
            throw new InvalidOperationException("Name two tenants with As(...): leaks are between tenants.");
        var connection = await plan.Admin.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            var session = new ProbeSession(plan, connection, await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct).ConfigureAwait(false));
            await session.StartAsync(ct).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    public Task ExecuteAsync(string sql, CancellationToken ct) => ExecuteAsync(Connection, sql, ct);

    /// <summary>A text that no row of another tenant contains.</summary>
    public string Marker(Identity tenant)
    {
        if (!_markers.TryGetValue(tenant.TenantId, out var marker))
            _markers.Add(tenant.TenantId, marker = "p" + RandomNumberGenerator.GetHexString(7, lowercase: true));
        return marker;
    }

    /// <summary>Values as the server writes them.</summary>
    public async Task<IReadOnlyList<string?>> TextsAsync(IReadOnlyList<object?> values, CancellationToken ct)
    {
        if (values.Count == 0)
            return [];
        var command = new NpgsqlCommand($"SELECT ARRAY[{SqlText.List(values.Select((value, i) => value is null ? "NULL" : $"${i + 1}::text"))}]::text[]", Connection);
        await using var _ = command.ConfigureAwait(false);
        // Numbered from 1 without a gap, so that a NULL has a parameter too.
        foreach (var value in values)
            command.Parameters.Add(value is null ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } : new() { Value = value });
        return (string?[])(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Tries INSERTs in turn until one succeeds. As the administrator first; where that is refused (the owner of a table whose policies are forced, a trigger that asks for
    /// the tenant), with the tenant set; and at last as the tenant itself. What worked for one table is tried first for the next.
    /// </summary>
    public async Task<InsertAttempt> InsertAsync(Identity tenant, string[] statements, string past, bool keep, CancellationToken ct)
    {
        while (true)
        {
            var attempt = await InsertInModeAsync(tenant, statements, past, keep, ct).ConfigureAwait(false);
            if (attempt.Succeeded || _mode == InsertMode.AsApplication || attempt.State is "00000" or ['2', '2' or '3', ..])
                return attempt;
            _mode++;
        }
    }

    /// <summary>Runs statements as an identity, or as a role without one; all that they and the identity did is rolled back.</summary>
    public async Task<IReadOnlyList<ProbeAnswer>> RunAsync(Identity? identity, string role, IReadOnlyList<ProbeStatement> statements, CancellationToken ct)
    {
        await ExecuteAsync("SAVEPOINT patterns_identity", ct).ConfigureAwait(false);
        if (identity is not null)
            await identity.ApplyAsync(Connection, ct).ConfigureAwait(false);
        var answers = new List<ProbeAnswer>(statements.Count);
        var batch = new NpgsqlBatch(Connection);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new("SET LOCAL ROLE " + SqlText.Identifier(role)));
            var probe = new NpgsqlBatchCommand("SELECT counts, states, messages, yardstick_counts, yardstick_states FROM pg_temp.patterns_probe($1, $2, $3, $4, $5)");
            foreach (var texts in new[] { statements.Select(s => s.Sql), statements.Select(s => s.Yardstick), statements.Select(s => s.Prelude), statements.Select(s => s.Witness) })
                probe.Parameters.Add(new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            probe.Parameters.Add(new() { Value = Administrator, NpgsqlDbType = NpgsqlDbType.Text });
            batch.BatchCommands.Add(probe);
            batch.BatchCommands.Add(new("ROLLBACK TO SAVEPOINT patterns_identity"));
            batch.BatchCommands.Add(new("RELEASE SAVEPOINT patterns_identity"));
            var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            await reader.ReadAsync(ct).ConfigureAwait(false);
            var (counts, states, messages) = (reader.GetFieldValue<long[]>(0), reader.GetFieldValue<string[]>(1), reader.GetFieldValue<string[]>(2));
            var (yardsticks, yardstickStates) = (reader.GetFieldValue<long[]>(3), reader.GetFieldValue<string[]>(4));
            for (var i = 0; i < counts.Length; i++)
                answers.Add(new(counts[i], states[i], messages[i], yardsticks[i], yardstickStates[i]));
        }

        return answers;
    }

    private async Task StartAsync(CancellationToken ct)
    {
        string?[] roles = [_plan.Application, _plan.Anonymous, _plan.Identities!.Value.A.Role, _plan.Identities.Value.B.Role];
        var found = new Dictionary<string, bool>(StringComparer.Ordinal);
        var look = new NpgsqlCommand(
            "SELECT r.rolname, r.rolsuper OR r.rolbypassrls, r.rolname = current_user, current_setting('role'), current_database() FROM pg_roles r WHERE r.rolname = ANY ($1) OR r.rolname = current_user",
            Connection) { Parameters = { new() { Value = roles.Where(r => r is not null).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };
        await using (look.ConfigureAwait(false))
        {
            var reader = await look.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                found[reader.GetString(0)] = reader.GetBoolean(1);
                (Administrator, Database) = (reader.GetString(3), reader.GetString(4));
                SeesAll |= reader.GetBoolean(2) && reader.GetBoolean(1);
            }
        }

        foreach (var role in roles.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (!found.TryGetValue(role, out var bypasses))
                throw new InvalidOperationException($"There is no role '{role}'.");
            if (bypasses)
                throw new InvalidOperationException($"The role '{role}' is a superuser or has BYPASSRLS: no policy applies to it, so that a test as this role proves nothing. Name the role that the application's statements run as.");
            try
            {
                await ExecuteAsync($"SAVEPOINT patterns_identity; SET LOCAL ROLE {SqlText.Identifier(role)}; ROLLBACK TO SAVEPOINT patterns_identity", ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new InvalidOperationException($"The administrator's connection may not take on the role '{role}': GRANT {SqlText.Identifier(role)} to it.", e);
            }
        }

        await ExecuteAsync(Open + ProbeFunctions.Create, ct).ConfigureAwait(false);
    }

    private async Task<InsertAttempt> InsertInModeAsync(Identity tenant, string[] statements, string past, bool keep, CancellationToken ct)
    {
        if (_mode != InsertMode.Plain)
            await tenant.ApplyAsync(Connection, ct).ConfigureAwait(false);
        if (_mode == InsertMode.AsApplication)
            await ExecuteAsync("SET LOCAL ROLE " + SqlText.Identifier(tenant.Role ?? _plan.Application), ct).ConfigureAwait(false);
        var command = new NpgsqlCommand("SELECT chosen, made, state, message, about, missing, domain_name FROM pg_temp.patterns_insert($1, $2, $3)", Connection)
        {
            Parameters = { new() { Value = statements }, new() { Value = past }, new() { Value = keep } },
        };
        InsertAttempt attempt;
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            await reader.ReadAsync(ct).ConfigureAwait(false);
            attempt = new(
                reader.GetInt32(0) - 1, reader.IsDBNull(1) ? null : reader.GetFieldValue<string?[]>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6));
        }

        if (_mode == InsertMode.AsApplication)
            await ExecuteAsync($"SET LOCAL ROLE {(Administrator == "none" ? "NONE" : SqlText.Identifier(Administrator))}", ct).ConfigureAwait(false);
        if (_mode != InsertMode.Plain)
            await tenant.ClearAsync(Connection, ct).ConfigureAwait(false);
        return attempt;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
