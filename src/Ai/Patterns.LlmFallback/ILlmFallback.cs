namespace Patterns.LlmFallback;

/// <summary>What operators see and do of the chains of this process. Thread-safe. The chains themselves are <c>IChatClient</c>s, keyed by their names.</summary>
public interface ILlmFallback
{
    /// <summary>How the models of a chain are now, in the chain's order.</summary>
    /// <param name="chain">The chain's name.</param>
    /// <exception cref="ArgumentException">There is no such chain; the message names those that are.</exception>
    IReadOnlyList<LlmModelStatus> Status(string chain);

    /// <summary>Opens a model's circuit, in every chain that uses the same client, for a time.</summary>
    /// <param name="chain">The chain's name.</param>
    /// <param name="model">The model's name in the chain.</param>
    /// <param name="hold">How long; more than zero, at most 24 hours.</param>
    /// <exception cref="ArgumentException">There is no such chain or model.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="hold"/> is outside its limits.</exception>
    void Trip(string chain, string model, TimeSpan hold);

    /// <summary>Closes a model's circuit and forgets its past.</summary>
    /// <param name="chain">The chain's name.</param>
    /// <param name="model">The model's name in the chain.</param>
    /// <exception cref="ArgumentException">There is no such chain or model.</exception>
    void Reset(string chain, string model);

    /// <summary>Judges evidence by the same rules as the chains: the options' own rules first.</summary>
    /// <param name="evidence">The evidence.</param>
    LlmFault Classify(LlmEvidence evidence);
}
