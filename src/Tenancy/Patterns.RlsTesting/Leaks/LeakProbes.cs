namespace Patterns.RlsTesting;

internal static class LeakProbes
{
    public static Task<LeakMatrix> RunAsync(AuditPlan plan, CancellationToken ct) => throw new NotSupportedException("Not yet.");
}
