using System.Globalization;
using Npgsql;

namespace Patterns.AuditLog;

internal sealed partial class PostgresAuditIntegrity
{
    private const int MaxReason = 500;

    private readonly string _hold = postgres.Sql("SELECT {schema}.audit_log_hold($1, $2, $3, $4, $5)");
    private readonly string _held = postgres.Sql("SELECT EXISTS (SELECT FROM {schema}.audit_log_holds WHERE tenant_id = $1 AND case_id = $2 AND from_at = $3 AND to_at = $4 AND reason = $5 AND released_reason IS NULL)");
    private readonly string _release = postgres.Sql("SELECT {schema}.audit_log_release($1, $2, $3)");
    private readonly string _redact = postgres.Sql("SELECT {schema}.audit_log_redact($1, $2, $3, $4, $5, $6)");
    private readonly string _classes = postgres.Sql("SELECT coalesce(array_agg(DISTINCT retention_class), '{}') FROM {schema}.audit_log_classes");

    public async Task<int> RedactAsync(RedactRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        AuditText.Check(request.TenantId, nameof(request.TenantId), 200);
        AuditText.Check(request.Reason, nameof(request.Reason), MaxReason);
        EntryIntake.Actor(request.By, nameof(request.By));
        if (request.Actor is null == request.EntryId is null)
            throw new ArgumentException("RedactRequest takes exactly one of Actor and EntryId.", nameof(request));
        if (request.Actor is not null)
            EntryIntake.Actor(request.Actor, nameof(request.Actor));

        await PrepareOwnEntriesAsync(ct).ConfigureAwait(false);
        try
        {
            return await auditor.RunAsync((transaction, token) => RedactAsync(transaction, request, token), ct).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == "55000")
        {
            throw new InvalidOperationException($"Nothing was redacted: {e.MessageText}. {e.Hint}", e);
        }
    }

    public async Task HoldAsync(LegalHold hold, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hold);
        AuditText.Check(hold.TenantId, nameof(hold.TenantId), 200);
        AuditText.Check(hold.CaseId, nameof(hold.CaseId), 200, noControl: true);
        AuditText.Check(hold.Reason, nameof(hold.Reason), MaxReason);
        EntryIntake.Actor(hold.By, nameof(hold.By));
        if (hold.To <= hold.From)
            throw new ArgumentException($"To is {hold.To:O}, which is not later than From, {hold.From:O}.", nameof(hold));

        await PrepareOwnEntriesAsync(ct).ConfigureAwait(false);
        await auditor.RunAsync(
            async (transaction, token) =>
            {
                object[] terms = [hold.TenantId, hold.CaseId, hold.From.UtcDateTime, hold.To.UtcDateTime, hold.Reason];
                if (await ScalarAsync<bool>(transaction, _hold, terms, token).ConfigureAwait(false))
                {
                    await AppendAsync(transaction, Own(hold.TenantId, hold.By, "audit.hold.placed") with { Targets = [new("legal_hold", hold.CaseId)], Reason = hold.Reason }, token).ConfigureAwait(false);
                    return true;
                }

                if (await ScalarAsync<bool>(transaction, _held, terms, token).ConfigureAwait(false))
                    return false;
                throw new InvalidOperationException($"Tenant '{hold.TenantId}' has or had a legal hold '{hold.CaseId}' with other terms. Give the new hold an id of its own.");
            },
            ct).ConfigureAwait(false);
    }

    public async Task ReleaseAsync(string tenantId, string caseId, AuditActor by, string reason, CancellationToken ct = default)
    {
        AuditText.Check(tenantId, nameof(tenantId), 200);
        AuditText.Check(caseId, nameof(caseId), 200);
        AuditText.Check(reason, nameof(reason), MaxReason);
        EntryIntake.Actor(by, nameof(by));
        await PrepareOwnEntriesAsync(ct).ConfigureAwait(false);
        await auditor.RunAsync(
            async (transaction, token) =>
            {
                var released = await ScalarAsync<bool>(transaction, _release, [tenantId, caseId, reason], token).ConfigureAwait(false);
                if (released)
                    await AppendAsync(transaction, Own(tenantId, by, "audit.hold.released") with { Targets = [new("legal_hold", caseId)], Reason = reason }, token).ConfigureAwait(false);
                return released;
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>An entry of each class tells of the redaction in that class, so that it is kept as long as what it explains.</summary>
    private async ValueTask<int> RedactAsync(NpgsqlTransaction transaction, RedactRequest request, CancellationToken ct)
    {
        var total = 0;
        foreach (var retentionClass in await ScalarAsync<string[]>(transaction, _classes, [], ct).ConfigureAwait(false))
        {
            var entry = Own(request.TenantId, request.By, "audit.entry.redacted") with
            {
                RetentionClass = retentionClass,
                Reason = request.Reason,
                Targets = [request.Actor is { } actor ? new(actor.Type, actor.Id) : new("audit_entry", request.EntryId!.Value.ToString("D"))],
            };
            object?[] arguments = [request.TenantId, retentionClass, request.Actor?.Type, request.Actor?.Id, request.EntryId, entry.Id];
            var count = await ScalarAsync<int>(transaction, _redact, arguments, ct).ConfigureAwait(false);
            if (count == 0)
                continue;
            total += count;
            await AppendAsync(transaction, entry with { Details = string.Create(CultureInfo.InvariantCulture, $"{{\"entries\":{count}}}") }, ct).ConfigureAwait(false);
        }

        return total;
    }

    private async ValueTask AppendAsync(NpgsqlTransaction transaction, AuditEntry entry, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_append.Sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            _append.Bind(command.Parameters, [intake.Take(entry)]);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private AuditEntry Own(string tenantId, AuditActor by, string action) => new AuditEntry(tenantId, by, action).AsOf(time);

    /// <summary>The month that entries of these operations go to.</summary>
    private async ValueTask PrepareOwnEntriesAsync(CancellationToken ct)
    {
        foreach (var retentionClass in options.Value.Retention.Keys)
            await partitions.EnsureAsync(intake.Take(Own("t", new("system", "audit_log"), "audit.prepare") with { RetentionClass = retentionClass }).Stored, ct).ConfigureAwait(false);
    }

    private static async ValueTask<T> ScalarAsync<T>(NpgsqlTransaction transaction, string sql, object?[] arguments, CancellationToken ct)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            foreach (var argument in arguments)
                command.Parameters.Add(Parameter(argument));
            return (T)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
        }
    }

    private static NpgsqlParameter Parameter(object? value) => value is null ? new() { Value = DBNull.Value } : new() { Value = value };
}
