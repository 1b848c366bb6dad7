using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A chain of embedding models, as applications see it.</summary>
internal sealed class FallbackEmbeddingGenerator(EmbeddingChain chain) : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<GeneratedEmbeddings<Embedding<float>>>(cancellationToken)
            : new EmbeddingCall(chain, values as IReadOnlyList<string> ?? [.. values], options, cancellationToken).RunAsync();
    }

    /// <summary>Itself; else what the first model's client says of itself (its metadata).</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType.IsInstanceOfType(this) ? this : serviceType == typeof(EmbeddingGeneratorMetadata) ? chain.Models[0].Client.GetService(serviceType) : null;
    }

    /// <summary>Does nothing: the clients belong to whoever made them, and chains may share them.</summary>
    public void Dispose()
    {
    }
}
