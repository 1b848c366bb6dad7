using Microsoft.Extensions.Logging;

namespace Patterns.LlmFallback;

/// <summary>One chain of embedding models.</summary>
internal sealed class EmbeddingChain : IModelChain
{
    public EmbeddingChain(string name, IReadOnlyList<EmbeddingModel> models, LlmEmbeddingChainOptions options, EvidenceReader evidence, FaultClassifier faults, TimeProvider time, ILogger logger)
    {
        (Name, Models, Options, Evidence, Faults, Time, Logger) = (name, models, options, evidence, faults, time, logger);
        Clocks = new AttemptClocks(time);
        Total = (long)(options.TotalTimeout.TotalSeconds * time.TimestampFrequency);
        Telemetry.Watch(this);
    }

    public string Name { get; }

    public IReadOnlyList<EmbeddingModel> Models { get; }

    public IEnumerable<(string Model, ModelCircuit Circuit)> Circuits => Models.Select(static model => (model.Name, model.Circuit));

    public LlmEmbeddingChainOptions Options { get; }

    public EvidenceReader Evidence { get; }

    public FaultClassifier Faults { get; }

    public AttemptClocks Clocks { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>The time of a whole call in the clock's ticks.</summary>
    public long Total { get; }
}
