using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Reads a tenant's entries in a scope of its own, which ends with the transaction. Where the options do not say how to apply one, scope, role and question are one round trip.</summary>
internal sealed class EntryReads(IPostgres postgres, IOptions<AuditLogOptions> options)
{
    public const int MaxPage = 500;

    private readonly string _scope = "SELECT set_config($1, $2, true), set_config('role', $3, true)";
    private readonly string _read = postgres.Sql($"SELECT {EntryColumns.List} FROM {{schema}}.audit_log_read($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) e");
    private readonly string _tenant = postgres.Sql("SELECT {schema}.audit_log_tenant()");
    private readonly string _head = postgres.Sql($"SELECT {RunStore.HeadColumns} FROM {{schema}}.audit_log_head() r");
    private readonly string _role = postgres.Schema.Trim('"') + "_audit_reader";

    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    public static void Check(AuditFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        AuditText.Check(filter.TenantId, nameof(filter.TenantId), 200);
        EntryIntake.Actor(filter.Reader, nameof(filter.Reader));
        AuditText.CheckOptional(filter.ActionPrefix, nameof(filter.ActionPrefix), 100);
        if (filter.Actor is not null)
            EntryIntake.Actor(filter.Actor, nameof(filter.Actor));
        if (filter.Target is { } target)
        {
            AuditText.Check(target.Type, "Target.Type", 50, noControl: true, noColon: true);
            AuditText.Check(target.Id, "Target.Id", 200, noControl: true);
        }

        if (filter.Outcome is { } outcome && !Enum.IsDefined(outcome))
            throw new ArgumentException($"Outcome is {outcome}; it takes Success, Failure or Denied.", nameof(filter));
        if (filter.PageSize is < 1 or > MaxPage)
            throw new ArgumentException($"PageSize is {filter.PageSize}; a page has 1 to {MaxPage} entries.", nameof(filter));
    }

    /// <summary>Up to so many entries, newest first, in the transaction given, with whatever scope that has, or in the tenant's own.</summary>
    public async ValueTask<List<StoredEntry>> PageAsync(NpgsqlTransaction? transaction, AuditFilter filter, PageCursor? after, bool onlySealed, int limit, CancellationToken ct)
    {
        if (transaction is not null)
        {
            var command = new NpgsqlCommand(_read, transaction.Connection, transaction);
            await using var _ = command.ConfigureAwait(false);
            Bind(command.Parameters, filter, after, onlySealed, limit);
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            return await ReadAsync(reader, ct).ConfigureAwait(false);
        }

        var read = new NpgsqlBatchCommand(_read);
        Bind(read.Parameters, filter, after, onlySealed, limit);
        return await ScopedAsync(filter.TenantId, read, reader => ReadAsync(reader, ct), ct).ConfigureAwait(false);
    }

    /// <summary>The newest run head; null while there is none.</summary>
    public Task<RunHead?> HeadAsync(string tenantId, CancellationToken ct) => ScopedAsync(
        tenantId, new NpgsqlBatchCommand(_head), async reader => await reader.ReadAsync(ct).ConfigureAwait(false) ? RunStore.ReadHead(reader, 0) : null, ct);

    private Task<T> ScopedAsync<T>(string tenantId, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, Task<T>> read, CancellationToken ct) =>
        options.Value.ApplyScope is { } apply ? AppliedAsync(apply, tenantId, statement, read, ct) : SetAsync(tenantId, statement, read, ct);

    // A batch without BEGIN is one transaction to PostgreSQL: scope and role end with it.
    private async Task<T> SetAsync<T>(string tenantId, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, Task<T>> read, CancellationToken ct)
    {
        var scope = new NpgsqlBatchCommand(_scope);
        foreach (var value in (string[])[options.Value.TenantSetting, tenantId, _role])
            scope.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        var batch = postgres.DataSource.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(scope);
        batch.BatchCommands.Add(statement);
        var isSet = false;
        try
        {
            var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            isSet = true;
            await reader.NextResultAsync(ct).ConfigureAwait(false);
            return await read(reader).ConfigureAwait(false);
        }
        catch (PostgresException e) when (!isSet && e.SqlState is ("42501" or "22023"))
        {
            throw new InvalidOperationException($"The login of this connection cannot take the role \"{_role}\" ({e.MessageText}), which reads the audit log. As an administrator: GRANT \"{_role}\" TO that login.", e);
        }
        catch (PostgresException e) when (e.SqlState == "42501")
        {
            throw new InvalidOperationException(
                $"The audit log is not read by a transaction in which '{options.Value.TenantSetting}' was set: {e.MessageText}. Where {postgres.Schema}.audit_log_tenant() asks for more, say by AuditLogOptions.ApplyScope how a transaction gets its scope.", e);
        }
    }

    private async Task<T> AppliedAsync<T>(
        Func<NpgsqlTransaction, string, CancellationToken, Task> apply, string tenantId, NpgsqlBatchCommand statement, Func<NpgsqlDataReader, Task<T>> read, CancellationToken ct)
    {
        var connection = await postgres.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await apply(transaction, tenantId, ct).ConfigureAwait(false);
        var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new(_tenant), statement } };
        await using var ___ = batch.ConfigureAwait(false);
        try
        {
            var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using var ____ = reader.ConfigureAwait(false);
            await reader.ReadAsync(ct).ConfigureAwait(false);
            // What is read next is this tenant's, whoever was asked for.
            if (await reader.IsDBNullAsync(0, ct).ConfigureAwait(false) || reader.GetString(0) != tenantId)
                throw new InvalidOperationException($"AuditLogOptions.ApplyScope did not give the transaction the scope of tenant '{tenantId}' that it was called for: {postgres.Schema}.audit_log_tenant() names another one or none.");
            await reader.NextResultAsync(ct).ConfigureAwait(false);
            return await read(reader).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == "42501")
        {
            throw new InvalidOperationException(
                $"The transaction to which AuditLogOptions.ApplyScope gave a scope may not read the audit log: {e.MessageText}. The role that it has then must be a member of \"{_role}\", and its scope one that {postgres.Schema}.audit_log_tenant() accepts.", e);
        }
    }

    private static async Task<List<StoredEntry>> ReadAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var entries = new List<StoredEntry>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            entries.Add(EntryColumns.Read(reader, 0));
        return entries;
    }

    private static void Bind(NpgsqlParameterCollection to, AuditFilter filter, PageCursor? after, bool onlySealed, int limit)
    {
        to.Add(LogSnapshot.Time(filter.From));
        to.Add(LogSnapshot.Time(filter.To));
        to.Add(LogSnapshot.Text(filter.Actor?.Type));
        to.Add(LogSnapshot.Text(filter.Actor?.Id));
        to.Add(LogSnapshot.Text(filter.ActionPrefix));
        to.Add(LogSnapshot.Text(filter.Target is { } target ? $"{target.Type}:{target.Id}" : null));
        to.Add(new NpgsqlParameter { Value = filter.Outcome is { } outcome ? (short)outcome : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        to.Add(LogSnapshot.Time(after?.OccurredAt));
        to.Add(new NpgsqlParameter { Value = after is null ? DBNull.Value : after.Id, NpgsqlDbType = NpgsqlDbType.Uuid });
        to.Add(LogSnapshot.Text(after?.RetentionClass));
        to.Add(new NpgsqlParameter<bool> { TypedValue = onlySealed });
        to.Add(new NpgsqlParameter<int> { TypedValue = limit });
    }
}
