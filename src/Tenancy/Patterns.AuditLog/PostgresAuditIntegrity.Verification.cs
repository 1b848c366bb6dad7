using System.Globalization;

namespace Patterns.AuditLog;

internal sealed partial class PostgresAuditIntegrity
{
    private const int MaxFindings = 100_000;

    public async Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        EntryIntake.Actor(request.Verifier, nameof(request.Verifier));
        if (request.TenantId is not null)
            AuditText.Check(request.TenantId, nameof(request.TenantId), 200);
        if (request.MaxFindings is < 1 or > MaxFindings)
            throw new ArgumentException($"MaxFindings is {request.MaxFindings}; it takes 1 to {MaxFindings}.", nameof(request));
        if (request.SealedTo <= request.SealedFrom)
            throw new ArgumentException($"SealedTo is {request.SealedTo:O}, which is not later than SealedFrom, {request.SealedFrom:O}.", nameof(request));

        using var activity = Telemetry.Source.StartActivity("audit_log verify");
        var report = await verification.RunAsync(request, ct).ConfigureAwait(false);
        Telemetry.CountFindings(report.Counts);
        await RecordAsync(
            new(request.TenantId ?? options.Value.OperatorTenant, request.Verifier, AuditActions.LogVerified)
            {
                Outcome = report.IsIntact ? AuditOutcome.Success : AuditOutcome.Failure,
                Details = string.Create(CultureInfo.InvariantCulture, $"{{\"run\":{report.Head?.RunNo ?? 0},\"entries\":{report.Entries},\"faults\":{report.Findings.Count(static finding => finding.IsFault)}}}"),
            },
            ct).ConfigureAwait(false);
        return report;
    }

    public async Task<InclusionProof?> ProveAsync(string tenantId, Guid entryId, AuditActor by, CancellationToken ct = default)
    {
        AuditText.Check(tenantId, nameof(tenantId), 200);
        EntryIntake.Actor(by, nameof(by));
        var proof = await proofs.ProveAsync(tenantId, entryId, ct).ConfigureAwait(false);
        await RecordAsync(
            new(tenantId, by, AuditActions.EntryProved) { Targets = [new("audit_entry", entryId.ToString())], Outcome = proof is null ? AuditOutcome.Failure : AuditOutcome.Success }, ct).ConfigureAwait(false);
        return proof;
    }

    public async Task WriteEvidenceAsync(string? tenantId, AuditActor by, Stream to, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        EntryIntake.Actor(by, nameof(by));
        if (tenantId is not null)
            AuditText.Check(tenantId, nameof(tenantId), 200);
        await RecordAsync(new(tenantId ?? options.Value.OperatorTenant, by, AuditActions.LogExported) { Details = """{"format":"evidence"}""" }, ct).ConfigureAwait(false);
        await new EvidenceWriter(postgres, auditor).WriteAsync(tenantId, to, ct).ConfigureAwait(false);
    }

    public IAsyncEnumerable<SealedEntry> ReadSealedAsync(SealCursor from, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from.RunNo, nameof(from));
        ArgumentOutOfRangeException.ThrowIfNegative(from.Entries, nameof(from));
        return stream.ReadAsync(from, ct);
    }

    private async Task RecordAsync(AuditEntry entry, CancellationToken ct)
    {
        await PrepareOwnEntriesAsync(ct).ConfigureAwait(false);
        await auditor.RunAsync(
            async (transaction, token) =>
            {
                await AppendAsync(transaction, entry.AsOf(time), token).ConfigureAwait(false);
                return true;
            },
            ct).ConfigureAwait(false);
    }
}
