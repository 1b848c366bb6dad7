using Microsoft.Extensions.AI;
using OpenAI.Embeddings;

namespace Ai.Tests;

/// <summary>An embedding generator over the official OpenAI package.</summary>
internal sealed class OpenAiEmbeddings(EmbeddingClient client, string model) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("openai", null, model);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, Microsoft.Extensions.AI.EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        OpenAIEmbeddingCollection vectors = await client.GenerateEmbeddingsAsync(values, cancellationToken: cancellationToken);
        return new(vectors.Select(vector => new Embedding<float>(vector.ToFloats()) { ModelId = vectors.Model }))
        {
            Usage = new() { InputTokenCount = vectors.Usage.InputTokenCount, TotalTokenCount = vectors.Usage.TotalTokenCount },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
