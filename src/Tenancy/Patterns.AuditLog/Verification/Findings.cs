namespace Patterns.AuditLog;

/// <summary>Collects findings: counts all, keeps as many as were asked for, and of them faults rather than what is in order.</summary>
internal sealed class Findings(int limit)
{
    private readonly Dictionary<FindingKind, long> _counts = [];
    private readonly List<VerifyFinding> _faults = [];
    private readonly List<VerifyFinding> _fine = [];

    public IReadOnlyDictionary<FindingKind, long> Counts => _counts;

    public void Add(VerifyFinding finding)
    {
        _counts[finding.Kind] = _counts.GetValueOrDefault(finding.Kind) + 1;
        var kept = finding.IsFault ? _faults : _fine;
        if (kept.Count < limit)
            kept.Add(finding);
    }

    public IReadOnlyList<VerifyFinding> Listed() => [.. _faults.Concat(_fine).Take(limit)];
}
