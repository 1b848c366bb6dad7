namespace Patterns.AuditLog;

/// <summary>The refused requests of one tenant and actor in a minute.</summary>
internal sealed class DeniedMinute(DateTimeOffset end)
{
    private long _count;

    public DateTimeOffset End => end;

    /// <summary>How many have no entry of their own.</summary>
    public long Over { get; private set; }

    /// <summary>Whether one more has an entry of its own.</summary>
    public bool Count(int most)
    {
        if (++_count <= most)
            return true;
        Over++;
        return false;
    }
}
