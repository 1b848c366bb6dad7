using System.Diagnostics;

namespace Patterns.AuditLog;

/// <summary>A place where tests have the process killed: where <c>PATTERNS_AUDIT_LOG_KILL_AT</c> names it, the process ends there as by SIGKILL. Costs a comparison of references elsewhere.</summary>
internal static class Failpoint
{
    private static readonly string? Armed = Environment.GetEnvironmentVariable("PATTERNS_AUDIT_LOG_KILL_AT");

    public static void At(string place)
    {
        if (Armed is not null && Armed == place)
            Process.GetCurrentProcess().Kill();
    }
}
