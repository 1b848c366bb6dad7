namespace Patterns.RlsTesting;

internal static class CatalogueLint
{
    public static Task<IReadOnlyList<RlsFinding>> RunAsync(AuditPlan plan, CancellationToken ct) => throw new NotSupportedException("Not yet.");
}
