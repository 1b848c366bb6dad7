using Microsoft.Extensions.Logging;

namespace Patterns.LlmFallback;

/// <summary>One chain of embedding models.</summary>
internal sealed record EmbeddingChain(
    string Name, IReadOnlyList<EmbeddingModel> Models, LlmEmbeddingChainOptions Options, EvidenceReader Evidence, FaultClassifier Faults, TimeProvider Time, ILogger Logger);
