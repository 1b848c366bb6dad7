namespace Patterns.RlsTesting;

/// <summary>A leak, something that could not be proved, or too many weakened policies that nothing noticed. The message lists them.</summary>
public sealed class RlsUnsafeException : Exception
{
    internal RlsUnsafeException(string message)
        : base(message)
    {
    }
}
