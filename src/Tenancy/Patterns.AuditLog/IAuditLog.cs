using Npgsql;

namespace Patterns.AuditLog;

/// <summary>Appends to the audit log and reads a tenant's part of it. Thread-safe.</summary>
public interface IAuditLog
{
    /// <summary>Appends an entry in a transaction of its own, which it shares with concurrent calls; returns after the commit. A crash before the answer leaves the entry or nothing: the same call again tells.</summary>
    /// <exception cref="ArgumentException">A field is outside its limits; named with the limit. Nothing is recorded.</exception>
    Task<AppendResult> AppendAsync(AuditEntry entry, CancellationToken ct = default);

    /// <summary>Appends an entry in the caller's transaction, with one plain insert and no lock: it commits or rolls back with what it describes.</summary>
    /// <exception cref="ArgumentException">As above, or the transaction is finished.</exception>
    /// <exception cref="PostgresException">No partition takes the entry's month (23514): the transaction has failed, and the message names the remedy. Or the entry is for another tenant than the transaction's scope (42501).</exception>
    Task<AppendResult> AppendAsync(NpgsqlTransaction transaction, AuditEntry entry, CancellationToken ct = default);

    /// <summary>Appends up to 1,000 entries with one statement.</summary>
    Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken ct = default);

    /// <summary>Appends up to 1,000 entries with one statement in the caller's transaction.</summary>
    Task<IReadOnlyList<AppendResult>> AppendAsync(NpgsqlTransaction transaction, IReadOnlyList<AuditEntry> entries, CancellationToken ct = default);

    /// <summary>
    /// A page of a tenant's entries, newest first, as the database role <c>{schema}_audit_reader</c>, of which the login must be a member, or in the scope of <see cref="AuditLogOptions.ApplyScope"/>: only
    /// that tenant's, whatever is asked. What a legal hold keeps is among them. The read is an entry itself, which is there before the page is returned.
    /// </summary>
    /// <exception cref="ArgumentException">A field is outside its limits; or the cursor was changed, or given for another tenant or other conditions.</exception>
    /// <exception cref="InvalidOperationException">The login is no member of the reader's role; or the scope that was applied is another tenant's, or one that <c>audit_log_tenant()</c> refuses.</exception>
    Task<AuditPage> QueryAsync(AuditFilter filter, CancellationToken ct = default);

    /// <summary>As above in the caller's transaction, with the tenant scope and the role that it has: without a scope there is nothing to be read.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    /// <exception cref="PostgresException">The scope is another tenant's than the filter's, or the role may not read (42501); the transaction has failed.</exception>
    Task<AuditPage> QueryAsync(NpgsqlTransaction transaction, AuditFilter filter, CancellationToken ct = default);

    /// <summary>
    /// Writes a tenant's entries to a stream, newest first, in bounded memory: those that are sealed and happened before the call. The last line is the newest run head, which covers all of them. The
    /// export is an entry itself, which is there before the first byte. A cancelled or broken export leaves a file without that last line.
    /// </summary>
    /// <param name="filter">Which entries; page size and cursor do not count.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="to">Where to; it stays open.</param>
    /// <param name="ct">Stops the export.</param>
    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    /// <exception cref="InvalidOperationException">The login is no member of the reader's role; or the scope that was applied is another tenant's, or one that <c>audit_log_tenant()</c> refuses.</exception>
    Task ExportAsync(AuditFilter filter, AuditFormat format, Stream to, CancellationToken ct = default);
}
