namespace Patterns.AuditLog;

/// <summary>What stands at one place of a seal's list.</summary>
/// <param name="State">Whether an entry is there.</param>
/// <param name="Leaf">Its leaf, computed from its columns.</param>
/// <param name="Redaction">The entry that it names as its redaction.</param>
internal readonly record struct SeenEntry(SeenState State, byte[]? Leaf, Guid? Redaction)
{
    /// <summary>How an entry is seen: besides its leaf, columns that the leaf cannot cover must be consistent with it.</summary>
    public static SeenEntry Of(StoredEntry entry, HashInput input)
    {
        var commitment = entry.Personal is null ? entry.PersonalCommitment : Commitment.Of(entry.PersonalSalt, entry.Personal);
        var leaf = AuditHash.LeafOf(entry, commitment, input);
        // A salt of another length would let bytes move between it and its document; an outcome is one byte in the leaf, and two in its column.
        var consistent = entry.DetailsSalt is null or { Length: Commitment.SaltLength } && entry.PersonalSalt is null or { Length: Commitment.SaltLength }
            && entry.Outcome is >= AuditOutcome.Success and <= AuditOutcome.Denied;
        consistent &= entry.Details is null == entry.DetailsSalt is null
            && (entry.Redaction is null
                ? entry.Personal is null == entry.PersonalSalt is null && entry.Personal is null == entry.PersonalCommitment is null
                : entry is { Personal: null, PersonalSalt: null });
        // With the document there, the leaf comes from the document, and the column beside it could say anything.
        if (consistent && entry.Personal is not null)
            consistent = entry.PersonalCommitment.AsSpan().SequenceEqual(commitment);
        return new SeenEntry(consistent ? SeenState.Readable : SeenState.Inconsistent, leaf, entry.Redaction);
    }
}
