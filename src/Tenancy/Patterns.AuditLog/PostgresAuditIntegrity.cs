using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.AuditLog;

internal sealed partial class PostgresAuditIntegrity(
    IPostgres postgres, Sealer sealer, AuditorTransactions auditor, EntryIntake intake, LogPartitions partitions, RetentionDrop retention, LogVerification verification, ProofSource proofs,
    SealedStream stream, IOptions<AuditLogOptions> options, TimeProvider time) : IAuditIntegrity
{
    private readonly AppendStatement _append = new(postgres);

    public Task<SealResult> SealNowAsync(CancellationToken ct = default) => sealer.SealNowAsync(ct);

    public async Task StartNewEpochAsync(string reason, CancellationToken ct = default)
    {
        AuditText.Check(reason, nameof(reason), 200);
        await sealer.WriteAsync(RunKind.Epoch, reason, ct).ConfigureAwait(false);
    }

    public Task<int> DropExpiredAsync(CancellationToken ct = default) => retention.RunAsync(ct);
}
