namespace Patterns.RlsTesting;

/// <summary>A table was in use, so that its policies could not be weakened within 2 seconds. Nothing was changed; run once more when the other process is done.</summary>
public sealed class RlsBusyException : Exception
{
    internal RlsBusyException(string message, int? blockingProcessId, Exception inner)
        : base(message, inner) => BlockingProcessId = blockingProcessId;

    /// <summary>The server process that holds the lock (<c>pg_stat_activity.pid</c>); null when it had let go by the time it was looked for.</summary>
    public int? BlockingProcessId { get; }
}
