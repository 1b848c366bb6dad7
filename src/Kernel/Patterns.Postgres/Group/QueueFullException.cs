namespace Patterns.Postgres;

/// <summary>A group's queue is full, and it is set to <see cref="QueueFullMode.Reject"/>: the request was not sent, and may be repeated later.</summary>
public sealed class QueueFullException : Exception
{
    internal QueueFullException(string group, int limit)
        : base($"Group '{group}' has {limit} requests queued, which is its QueueLimit: the request was not sent. The database does not keep up. Repeat it later, or set QueueFull to Wait.")
    {
    }
}
