namespace Patterns.AuditLog;

/// <summary>Options of the audit log.</summary>
public sealed class AuditLogOptions
{
    /// <summary>How long entries of each class are kept. Default: <c>standard</c> 400 days, <c>hipaa</c> 2,192 days (six years with leap days). A class that is shortened keeps what it has for as long as was promised then.</summary>
    public IDictionary<string, TimeSpan> Retention { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["standard"] = TimeSpan.FromDays(400),
        ["hipaa"] = TimeSpan.FromDays(2192),
    };
}
