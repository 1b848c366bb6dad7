namespace Patterns.LlmFallback;

/// <summary>
/// No model of the chain answered. <see cref="Attempts"/> holds every attempt and every skipped model, in order; <see cref="Exception.InnerException"/> is that of the first attempt. The message names
/// models, kinds, statuses and the providers' codes, and never a prompt or an answer. When only one model was tried, or the fault is of a kind that never falls back, the provider's own exception is thrown
/// instead of this one, if its SDK threw one: some pass over an error event in silence.
/// </summary>
public sealed class LlmFallbackException : Exception
{
    /// <summary>Makes the exception; for the chain and for tests of consumers.</summary>
    /// <param name="chain">The chain's name.</param>
    /// <param name="attempts">What was tried and skipped, in order.</param>
    public LlmFallbackException(string chain, IReadOnlyList<LlmAttempt> attempts)
        : base(Describe(chain, attempts), attempts.FirstOrDefault(static a => a.Exception is not null)?.Exception)
    {
        Chain = chain;
        Attempts = attempts;
    }

    /// <summary>The chain's name.</summary>
    public string Chain { get; }

    /// <summary>What was tried and skipped, in order.</summary>
    public IReadOnlyList<LlmAttempt> Attempts { get; }

    private static string Describe(string chain, IReadOnlyList<LlmAttempt> attempts)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(attempts);
        return $"No model of chain '{chain}' answered: {string.Join("; ", attempts.Select(static a => $"{a.Model}: {a.Kind}{(a.Status is { } s ? $" {s}" : "")}{(a.Code is { } c ? $" {c}" : "")}"))}.";
    }
}
