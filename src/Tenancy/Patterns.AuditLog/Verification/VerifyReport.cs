namespace Patterns.AuditLog;

/// <summary>What a verification looked at and found.</summary>
public sealed record VerifyReport
{
    /// <summary>How many entries were compared with their seals.</summary>
    public required long Entries { get; init; }

    /// <summary>How many seals were.</summary>
    public required long Seals { get; init; }

    /// <summary>How many runs were.</summary>
    public required long Runs { get; init; }

    /// <summary>The last run whose signature is good: what the report reaches to. Null for an empty log.</summary>
    public RunHead? Head { get; init; }

    /// <summary>The signed runs in which a new epoch was begun openly; their notes say why. What anchors keep of lost runs whose numbers were used again is no finding then.</summary>
    public required IReadOnlyList<RunHead> Epochs { get; init; }

    /// <summary>How many findings there are of each kind; kinds without one are absent.</summary>
    public required IReadOnlyDictionary<FindingKind, long> Counts { get; init; }

    /// <summary>The findings, faults first, as many as were asked for.</summary>
    public required IReadOnlyList<VerifyFinding> Findings { get; init; }

    /// <summary>Whether there is no fault: nothing but what is expired or redacted.</summary>
    public bool IsIntact => Counts.Keys.All(static kind => kind is FindingKind.Expired or FindingKind.Redacted);
}
