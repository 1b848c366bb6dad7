namespace Patterns.LlmFallback;

/// <summary>What operators see and do of the chains.</summary>
internal sealed class ChainOperator(ChainSet chains, EvidenceReader reader, FaultClassifier faults, TimeProvider time) : ILlmFallback
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(24);

    public IReadOnlyList<LlmModelStatus> Status(string chain) => [.. chains.Models(chain).Select(static m => m.Circuit.Status(m.Model))];

    public void Trip(string chain, string model, TimeSpan hold)
    {
        var circuit = Find(chain, model);
        if (hold <= TimeSpan.Zero || hold > LongestHold)
            throw new ArgumentOutOfRangeException(nameof(hold), hold, "A hold is more than zero and at most 24 hours.");

        circuit.OpenUntil(time.GetUtcNow() + hold, why: null);
    }

    public void Reset(string chain, string model) => Find(chain, model).Reset();

    public LlmFault Classify(LlmEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return faults.Classify(reader.Complete(evidence));
    }

    private ModelCircuit Find(string chain, string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var models = chains.Models(chain);
        foreach (var (name, circuit) in models)
        {
            if (name == model)
                return circuit;
        }
        throw new ArgumentException($"Chain '{chain}' has no model '{model}'. It has: {string.Join(", ", models.Select(static m => $"'{m.Model}'"))}.", nameof(model));
    }
}
