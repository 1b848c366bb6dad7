namespace Patterns.AuditLog;

/// <summary>Which entries of a tenant are asked for. All conditions that are set must hold.</summary>
/// <param name="TenantId">The tenant, 1 to 200 characters.</param>
/// <param name="Reader">Who reads, for the entry that says so.</param>
public sealed record AuditFilter(string TenantId, AuditActor Reader)
{
    /// <summary>What happened at this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>What happened before this moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>What this actor did.</summary>
    public AuditActor? Actor { get; init; }

    /// <summary>Actions that begin so, such as <c>auth.</c>; up to 100 characters.</summary>
    public string? ActionPrefix { get; init; }

    /// <summary>What was done to this.</summary>
    public AuditTarget? Target { get; init; }

    /// <summary>What ended so.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>How many entries a page has, 1 to 500. An export has no pages.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Where the page begins: <see cref="AuditPage.Next"/> of the page before, with the same conditions.</summary>
    public string? Cursor { get; init; }
}
