namespace Patterns.RlsTesting;

/// <summary>What every probe saw.</summary>
public sealed record LeakMatrix(IReadOnlyList<Probe> Probes);
