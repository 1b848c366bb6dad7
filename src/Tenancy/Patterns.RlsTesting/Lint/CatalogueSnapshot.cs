namespace Patterns.RlsTesting;

internal static class CatalogueSnapshot
{
    public static Task<string> TakeAsync(AuditPlan plan, CancellationToken ct) => throw new NotSupportedException("Not yet.");
}
