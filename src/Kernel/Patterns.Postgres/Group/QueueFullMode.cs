namespace Patterns.Postgres;

/// <summary>What a call meets when as many requests as <see cref="GroupOptions{TRequest}.QueueLimit"/> allows are queued.</summary>
public enum QueueFullMode
{
    /// <summary>It waits for a place, in order of arrival, until its token is cancelled.</summary>
    Wait,

    /// <summary>It fails with <see cref="QueueFullException"/>, and nothing is sent.</summary>
    Reject,
}
