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

    /// <summary>
    /// Verifies the log: every entry against its seal, every seal against its tenant's chain and its signed run, the runs against each other and against the heads that the <see cref="IAuditAnchor"/>
    /// services keep; and looks for entries that no seal covers. Reads as of one moment, while others append and seal, in memory that grows with the number of tenants, not of entries. The verification is
    /// an entry itself, of the tenant or of <see cref="AuditLogOptions.OperatorTenant"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A field is outside its limits.</exception>
    /// <exception cref="InvalidOperationException">The login is no member of the auditor's role.</exception>
    Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken ct = default);

    /// <summary>Proves an entry: <see cref="AuditProof.Verify"/> checks the proof without the database. The proof shows the entry, so that asking for one is an entry itself.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="entryId">The entry.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="ct">Cancels the work.</param>
    /// <returns>The proof; null where the tenant has no such entry, or it is not sealed yet.</returns>
    /// <exception cref="InvalidOperationException">The login is no member of the auditor's role.</exception>
    Task<InclusionProof?> ProveAsync(string tenantId, Guid entryId, AuditActor by, CancellationToken ct = default);

    /// <summary>
    /// Writes the sealed log, or one tenant's part of it with the runs that it is in, as a file of JSON lines that <see cref="AuditEvidence.VerifyAsync"/> verifies with the public keys alone. It holds the
    /// entries whole, with the personal data that is not redacted. It is an entry itself, which is there before the first byte. A cancelled call leaves a file that says that it is cut off.
    /// </summary>
    /// <param name="tenantId">One tenant; null for all of them.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="to">Where to; it stays open.</param>
    /// <param name="ct">Stops the writing.</param>
    /// <exception cref="InvalidOperationException">The login is no member of the auditor's role.</exception>
    Task WriteEvidenceAsync(string? tenantId, AuditActor by, Stream to, CancellationToken ct = default);

    /// <summary>
    /// The sealed entries of all tenants from a place on, in the order of their runs, up to the newest run of the moment: no gaps, no reordering, for a system that collects security events. Who keeps
    /// <see cref="SealedEntry.Next"/> of what it has handled, and goes on there, gets each entry at least once. It is no entry itself: the reader would read it next. A database that was
    /// restored uses the numbers of lost runs again: begin again at the last run that the backup has.
    /// </summary>
    /// <param name="from">The place after which to begin.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="InvalidOperationException">The login is no member of the auditor's role.</exception>
    IAsyncEnumerable<SealedEntry> ReadSealedAsync(SealCursor from, CancellationToken ct = default);
}
