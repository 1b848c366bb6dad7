namespace Patterns.AuditLog;

/// <summary>A month of a class: what entries are partitioned by, sealed by and dropped by.</summary>
/// <param name="RetentionClass">The class.</param>
/// <param name="Month">The month's start in UTC.</param>
internal readonly record struct ClassMonth(string RetentionClass, DateTimeOffset Month)
{
    public static ClassMonth Of(StoredEntry entry) => new(entry.RetentionClass, LogPartitions.MonthOf(entry.OccurredAt));
}
