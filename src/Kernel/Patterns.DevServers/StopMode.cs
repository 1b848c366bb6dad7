namespace Patterns.DevServers;

/// <summary>How a server is asked to stop.</summary>
public enum StopMode
{
    /// <summary>An orderly stop that ends open sessions: PostgreSQL's fast shutdown, Redis's <c>SIGTERM</c>.</summary>
    Fast,

    /// <summary>A stop without the orderly part: PostgreSQL's immediate shutdown, after which the next start recovers from the log; for Redis the same as a kill.</summary>
    Immediate,
}
