using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A stream broke after its first content had reached the reader, and the chain does not start again (<see cref="AfterFirstToken.Fail"/>) or could not.</summary>
public sealed class LlmStreamInterruptedException : Exception
{
    /// <summary>Makes the exception; for the chain and for tests of consumers.</summary>
    /// <param name="attempt">The attempt whose stream broke.</param>
    /// <param name="textSoFar">The text that the reader got before.</param>
    /// <param name="usage">The usage that the provider told before; null when it told none.</param>
    public LlmStreamInterruptedException(LlmAttempt attempt, string textSoFar, UsageDetails? usage)
        : base($"The stream of model '{attempt?.Model}' broke after its first content: {attempt?.Kind}.", attempt?.Exception)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(textSoFar);
        (Attempt, TextSoFar, Usage) = (attempt, textSoFar, usage);
    }

    /// <summary>The attempt whose stream broke.</summary>
    public LlmAttempt Attempt { get; }

    /// <summary>The text that the reader got before. It is the answer's, so it does not belong into logs; it is not part of <see cref="Exception.Message"/>.</summary>
    public string TextSoFar { get; }

    /// <summary>The usage that the provider told before; null when it told none.</summary>
    public UsageDetails? Usage { get; }
}
