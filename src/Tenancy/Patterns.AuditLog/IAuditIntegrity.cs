namespace Patterns.AuditLog;

/// <summary>Seals, proves, redacts, holds and verifies. Thread-safe. Works as the database role <c>{schema}_audit_auditor</c>, of which the login must be a member (<see cref="AuditLogOptions.IntegrityDataSource"/>).</summary>
public interface IAuditIntegrity
{
    /// <summary>
    /// Seals all entries that are committed now; returns when their run is, and when each anchor was told of it. Calls at the same time share a run. A crash leaves whole runs only; whatever was not
    /// sealed is in the next one. A cancelled call stops waiting; the run goes on.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no key that can sign, or the login is no member of the auditor's role.</exception>
    Task<SealResult> SealNowAsync(CancellationToken ct = default);

    /// <summary>
    /// Empties the personal data of an entry, or of all that an actor did and that was done on his behalf, and appends for each class an entry that says who did it and why, in one transaction. Seals and
    /// proofs stay valid. Called again, it finds nothing left to do.
    /// </summary>
    /// <returns>How many entries lost their personal data.</returns>
    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    /// <exception cref="InvalidOperationException">A legal hold covers some of them; nothing was redacted.</exception>
    Task<int> RedactAsync(RedactRequest request, CancellationToken ct = default);

    /// <summary>Continues the chain openly after a break, such as a database restored from an older backup: a signed run with the reason as its note.</summary>
    /// <param name="reason">Why, 1 to 200 characters.</param>
    /// <param name="ct">Cancels the work, before its commit.</param>
    Task StartNewEpochAsync(string reason, CancellationToken ct = default);

    /// <summary>Keeps a tenant's entries of a time beyond their retention, and appends an entry that says so. An open case with the same terms stays as it is.</summary>
    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    /// <exception cref="InvalidOperationException">The tenant has, or had, a case of this id with other terms.</exception>
    Task HoldAsync(LegalHold hold, CancellationToken ct = default);

    /// <summary>Ends a hold, deletes what only it had kept beyond its retention, and appends an entry that says so. A case that is not open is left alone.</summary>
    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    Task ReleaseAsync(string tenantId, string caseId, AuditActor by, string reason, CancellationToken ct = default);

    /// <summary>
    /// Drops the months that are past the retention of their class and wholly sealed, each after a signed run that records what goes; what is under legal hold is kept. A hosted service calls it every
    /// <see cref="AuditLogOptions.RetentionInterval"/>. A crash leaves nothing that the next call does not finish.
    /// </summary>
    /// <returns>How many months were dropped.</returns>
    Task<int> DropExpiredAsync(CancellationToken ct = default);
}
