namespace Patterns.DevServers;

/// <summary>A server ended, or did not answer in time, while it was being started. The message ends with the last lines of its log.</summary>
public sealed class ServerStartException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, with the last lines of the server's log.</param>
    /// <param name="innerException">The cause, when there is one.</param>
    public ServerStartException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
