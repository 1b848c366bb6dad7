using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>
/// A chain of embedding models. All must declare the same space: vectors of two spaces cannot be compared, and an index with both finds nonsense. Faults, circuits and repetitions are those of a chat chain with its
/// defaults; an answer without a vector for each value is a <see cref="LlmFaultKind.BadOutput"/>.
/// </summary>
public sealed class LlmEmbeddingChainOptions
{
    internal List<(string Name, string Space, Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> Client, string? Provider)> Models { get; } = [];

    /// <summary>Adds a model at the end.</summary>
    /// <param name="name">The model's name in this chain: 1 to 100 characters, once per chain.</param>
    /// <param name="embeddingSpace">The space of its vectors, a word of your own such as <c>text-embedding-3-small/1536</c>. All models of a chain must say the same, or the host does not start.</param>
    /// <param name="client">Makes the client or takes it from the container; called once.</param>
    /// <param name="provider">The provider, as in <see cref="LlmModelOptions.Provider"/>.</param>
    public void Model(string name, string embeddingSpace, Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> client, string? provider = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(embeddingSpace);
        ArgumentNullException.ThrowIfNull(client);
        Models.Add((name, embeddingSpace, client, provider));
    }

    /// <summary>The time of a whole call, all attempts and waits included. Default 60 s. A client that does not heed its token is left behind a second later.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most attempts of a call, repeated ones included. Default 6; 1 to 32.</summary>
    public int MaxAttempts { get; set; } = 6;
}
