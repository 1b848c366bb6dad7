using Npgsql;

namespace Patterns.RlsTesting;

internal static class PolicyMutations
{
    public static Task<MutationReport> RunAsync(AuditPlan plan, Func<NpgsqlConnection, CancellationToken, Task>? extraTest, CancellationToken ct) => throw new NotSupportedException("Not yet.");
}
