using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One embedding model of one chain, ready to be asked.</summary>
internal sealed class EmbeddingModel(int place, string name, IEmbeddingGenerator<string, Embedding<float>> client, string? provider, ModelCircuit circuit)
{
    private readonly EmbeddingGeneratorMetadata? _metadata = client.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
    private readonly bool _wantsCallId = client.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>), CallMarks.CallId) is not null;

    /// <summary>The place in the chain, from 0.</summary>
    public int Place { get; } = place;

    public string Name { get; } = name;

    public IEmbeddingGenerator<string, Embedding<float>> Client { get; } = client;

    /// <summary>Shared by all chains whose factories gave the same client.</summary>
    public ModelCircuit Circuit { get; } = circuit;

    public RetryWarning RetryWarning { get; } = new();

    public string? Provider => provider ?? _metadata?.ProviderName;

    /// <summary>What the provider calls the model, for telemetry.</summary>
    public string ModelId => _metadata?.DefaultModelId ?? Name;

    /// <summary>The options as this model is told them: the caller's own, but for what means the first model or its provider only, and with the call's id for a client that keeps books.</summary>
    public EmbeddingGenerationOptions? Cross(EmbeddingGenerationOptions? options, EmbeddingModel first, Guid call, int attempt)
    {
        var isOther = Place != first.Place && options is { ModelId: not null } or { RawRepresentationFactory: not null };
        if (!isOther && !_wantsCallId)
            return options;
        var copy = options?.Clone() ?? new EmbeddingGenerationOptions();
        if (isOther)
        {
            copy.ModelId = null;
            if (Provider is null || !string.Equals(Provider, first.Provider, StringComparison.OrdinalIgnoreCase))
                copy.RawRepresentationFactory = null;
        }

        if (_wantsCallId)
            copy.AdditionalProperties = CallMarks.Tell(copy.AdditionalProperties, call, attempt);

        return copy;
    }
}
