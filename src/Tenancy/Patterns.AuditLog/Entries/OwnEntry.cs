namespace Patterns.AuditLog;

/// <summary>Entries that the log writes itself: they happen now, by the clock that everything else goes by, which a UUIDv7 of the framework does not ask.</summary>
internal static class OwnEntry
{
    public static AuditEntry AsOf(this AuditEntry entry, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return entry with { Id = Guid.CreateVersion7(now), OccurredAt = now };
    }
}
