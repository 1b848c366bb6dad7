namespace Patterns.LlmFallback;

/// <summary>Judges evidence by rules: the options' own first, then ours.</summary>
internal sealed class FaultClassifier(IEnumerable<LlmRule> own)
{
    private readonly LlmRule[] _own = [.. own];

    public LlmFault Classify(LlmEvidence evidence) => new(_own.Length > 0 ? _own[0].Kind : LlmFaultKind.Unknown);
}
