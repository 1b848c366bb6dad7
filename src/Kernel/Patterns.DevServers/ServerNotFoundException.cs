namespace Patterns.DevServers;

/// <summary>There is neither a server to be started on this machine nor one that was pointed to. The message says how to get one.</summary>
public sealed class ServerNotFoundException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was looked for, and the command that installs it.</param>
    public ServerNotFoundException(string message)
        : base(message)
    {
    }
}
