using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Degraded when entries have waited for their seal longer than they may.</summary>
internal sealed class SealingHealthCheck(IPostgres postgres, AuditorTransactions auditor, AuditKeys keys, IOptions<AuditLogOptions> options) : IHealthCheck
{
    public const string Name = "patterns_audit_log";

    private readonly string _oldest = postgres.Sql("SELECT count(*), extract(epoch FROM {schema}.now() - min(since))::float8 FROM {schema}.audit_log_pending");

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (count, oldest) = await auditor.RunAsync(ReadAsync, cancellationToken).ConfigureAwait(false);
        if (oldest < options.Value.UnsealedLimit)
            return HealthCheckResult.Healthy();

        var why = keys.Signing is null ? "This process has no key that can sign (AuditLogOptions.SigningKeys)." : "See the log of the sealer (Patterns.AuditLog).";
        return new(HealthStatus.Degraded, $"UnsealedTooLong: {count} entries are not sealed, the oldest for {oldest.TotalSeconds:0} s. Until they are, an administrator could remove them unnoticed. {why}");
    }

    private async ValueTask<(long Count, TimeSpan Oldest)> ReadAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var command = new NpgsqlCommand(_oldest, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                await row.ReadAsync(ct).ConfigureAwait(false);
                return (row.GetInt64(0), row.IsDBNull(1) ? TimeSpan.Zero : TimeSpan.FromSeconds(row.GetDouble(1)));
            }
        }
    }
}
