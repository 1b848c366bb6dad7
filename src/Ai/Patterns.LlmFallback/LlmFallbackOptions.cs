namespace Patterns.LlmFallback;

/// <summary>The chains of this process and what all of them share. Checked when the host starts; a failure names the chain, the option and the remedy.</summary>
public sealed class LlmFallbackOptions
{
    internal Dictionary<string, LlmChainOptions> Chains { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, LlmEmbeddingChainOptions> EmbeddingChains { get; } = new(StringComparer.Ordinal);

    internal List<(Type Exception, Func<Exception, LlmEvidence?> Read)> Extractors { get; } = [];

    /// <summary>Adds a chain, or goes on configuring the one of that name.</summary>
    /// <param name="name">The chain's name: 1 to 100 characters. It is the key of its <c>IChatClient</c>; the only chain is the unkeyed one too.</param>
    /// <param name="configure">Adds its 1 to 16 models and sets its limits.</param>
    public void Chain(string name, Action<LlmChainOptions> configure) => Configure(Chains, name, configure);

    /// <summary>Adds a chain of embedding models, or goes on configuring the one of that name.</summary>
    /// <param name="name">The chain's name: 1 to 100 characters. It is the key of its <c>IEmbeddingGenerator</c>; the only chain is the unkeyed one too.</param>
    /// <param name="configure">Adds its 1 to 16 models and sets its limits.</param>
    public void EmbeddingChain(string name, Action<LlmEmbeddingChainOptions> configure) => Configure(EmbeddingChains, name, configure);

    /// <summary>Rules that are asked before ours, in order; the first that fits decides the kind.</summary>
    public IList<LlmRule> Rules { get; } = [];

    /// <summary>When circuits open, and for how long.</summary>
    public LlmCircuitOptions Circuit { get; } = new();

    /// <summary>
    /// Teaches the chains to read an exception of an SDK, where no <see cref="LlmWireHandler"/> saw the response. The most derived registered type is asked; null means that the exception says nothing.
    /// </summary>
    /// <typeparam name="TException">The exception's type; its subtypes are read too.</typeparam>
    /// <param name="read">Reads it. It must not throw.</param>
    public void ReadException<TException>(Func<TException, LlmEvidence?> read)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(read);
        Extractors.Add((typeof(TException), e => read((TException)e)));
    }

    private static void Configure<T>(Dictionary<string, T> chains, string name, Action<T> configure)
        where T : new()
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (!chains.TryGetValue(name, out var chain))
            chains[name] = chain = new T();
        configure(chain);
    }
}
