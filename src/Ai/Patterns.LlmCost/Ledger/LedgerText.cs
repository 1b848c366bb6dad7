using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>The limits of what finance names things by: those of booked calls, where they are the same things.</summary>
internal static class LedgerText
{
    public static string Tenant(string tenantId, string parameter) => PlainText.Check(tenantId, parameter, 200);

    public static string Provider(string provider, string parameter) => PlainText.Check(provider, parameter, 100).ToLowerInvariant();
}
