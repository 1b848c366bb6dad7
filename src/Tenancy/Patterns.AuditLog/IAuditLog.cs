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
}
