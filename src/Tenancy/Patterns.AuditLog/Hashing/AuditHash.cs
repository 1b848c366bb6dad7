namespace Patterns.AuditLog;

/// <summary>The four hashes of the log, each with a first byte of its own (0x01 is the Merkle tree's), so that none can pass for another.</summary>
internal static class AuditHash
{
    public const byte Leaf = 0;
    public const byte Seal = 2;
    public const byte Run = 3;

    /// <summary>What a chain begins with.</summary>
    public static byte[] Nothing { get; } = new byte[MerkleTree.HashLength];

    /// <summary>The leaf of an entry, from its documents where they are there: a changed document gives another leaf, an emptied personal one is taken by its commitment.</summary>
    public static byte[] LeafOf(StoredEntry entry, HashInput input) =>
        LeafOf(entry, entry.Personal is null ? entry.PersonalCommitment : Commitment.Of(entry.PersonalSalt, entry.Personal), input);

    /// <summary>The same where the commitment to the personal data was computed already.</summary>
    public static byte[] LeafOf(StoredEntry entry, byte[]? personalCommitment, HashInput input)
    {
        input.Begin(Leaf)
            .Text(entry.TenantId).Id(entry.Id).Time(entry.OccurredAt).Text(entry.RetentionClass)
            .Text(entry.ActorType).Text(entry.ActorId).Text(entry.BehalfOfType).Text(entry.BehalfOfId)
            .Text(entry.Action).Number(entry.Targets.Count);
        foreach (var target in entry.Targets)
            input.Text(target);
        return input.Byte((byte)entry.Outcome)
            .Text(entry.Reason).Text(entry.RequestId).Text(entry.TraceId)
            .Bytes(Commitment.Of(entry.DetailsSalt, entry.Details))
            .Bytes(personalCommitment)
            .Sha256();
    }
}
