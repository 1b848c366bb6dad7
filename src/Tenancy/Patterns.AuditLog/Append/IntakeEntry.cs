namespace Patterns.AuditLog;

/// <summary>An entry that was checked and cleaned, with its leaf.</summary>
internal sealed record IntakeEntry(StoredEntry Stored, byte[] Leaf)
{
    /// <summary>About how many bytes it takes in a statement.</summary>
    public int Size => 600 + (Stored.Details?.Length ?? 0) + (Stored.Personal?.Length ?? 0);
}
