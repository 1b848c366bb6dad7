using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Patterns.RlsSession;

/// <summary>What the start verifies, for as long as the application runs: somebody may change a role or a table under it.</summary>
internal sealed class RlsHealthCheck(RlsFacts facts) : IHealthCheck
{
    public const string Name = "patterns_rls";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = await facts.FindAsync(cancellationToken).ConfigureAwait(false);
        var fatal = findings.Where(static finding => finding.Fatal).ToList();
        return fatal.Count > 0
            ? new(context.Registration.FailureStatus, string.Join('\n', fatal))
            : HealthCheckResult.Healthy(findings.Count == 0 ? "A transaction without a scope is refused, and policies hold for the roles of this application." : string.Join('\n', findings));
    }
}
