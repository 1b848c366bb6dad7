namespace Patterns.AuditLog;

/// <summary>Between an entry as it is given and shown, and as its row has it.</summary>
internal static class EntryText
{
    public static StoredEntry Stored(AuditEntry entry) => new()
    {
        TenantId = entry.TenantId,
        Id = entry.Id,
        OccurredAt = entry.OccurredAt ?? default,
        RetentionClass = entry.RetentionClass,
        ActorType = entry.Actor.Type,
        ActorId = entry.Actor.Id,
        BehalfOfType = entry.OnBehalfOf?.Type,
        BehalfOfId = entry.OnBehalfOf?.Id,
        Action = entry.Action,
        Targets = entry.Targets.Select(static target => $"{target.Type}:{target.Id}").ToArray(),
        Outcome = entry.Outcome,
        Reason = entry.Reason,
        RequestId = entry.RequestId,
        TraceId = entry.TraceId,
        Details = entry.Details,
        Personal = entry.Personal,
    };

    public static AuditEntry Shown(StoredEntry entry) => new(entry.TenantId, new AuditActor(entry.ActorType, entry.ActorId), entry.Action)
    {
        Id = entry.Id,
        OccurredAt = entry.OccurredAt,
        OnBehalfOf = entry.BehalfOfType is null || entry.BehalfOfId is null ? null : new AuditActor(entry.BehalfOfType, entry.BehalfOfId),
        Targets = Targets(entry),
        Outcome = entry.Outcome,
        Reason = entry.Reason,
        RequestId = entry.RequestId,
        TraceId = entry.TraceId,
        Details = entry.Details,
        Personal = entry.Personal,
        RetentionClass = entry.RetentionClass,
    };

    /// <summary>What was written by hand may have no colon.</summary>
    public static AuditTarget[] Targets(StoredEntry entry) =>
        entry.Targets.Select(static target => target.IndexOf(':', StringComparison.Ordinal) is >= 0 and var at ? new AuditTarget(target[..at], target[(at + 1)..]) : new AuditTarget("", target)).ToArray();
}
