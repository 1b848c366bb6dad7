namespace Patterns.AuditLog;

/// <summary>Checks proofs, with public keys alone: no database, no options, no other entry.</summary>
public static class AuditProof
{
    /// <summary>Whether the entry of the proof, exactly as it stands there, is in a log whose head one of the keys signed.</summary>
    /// <param name="proof">The proof, from <see cref="IAuditIntegrity.ProveAsync"/>.</param>
    /// <param name="keys">The public keys. Take them from elsewhere than the proof.</param>
    public static bool Verify(InclusionProof proof, IEnumerable<AuditSigningKey> keys)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(keys);
        var input = new HashInput();
        var entry = EntryText.Stored(proof.Entry) with { DetailsSalt = proof.DetailsSalt, PersonalSalt = proof.PersonalSalt, PersonalCommitment = proof.PersonalCommitment };
        if (SeenEntry.Of(proof.Entry.Personal is null && proof.PersonalCommitment is not null ? entry with { Redaction = Guid.Empty } : entry, input) is not { State: SeenState.Readable, Leaf: { } leaf })
            return false;
        if (MerkleTree.RootOf(leaf, proof.Index, proof.Count, proof.Path) is not { } root)
            return false;
        var seal = new SealRecord(entry.TenantId, proof.SealNo, proof.Run.RunNo, entry.RetentionClass, proof.Month, proof.FirstSequenceNumber, proof.Count, root, proof.PreviousSeal);
        return MerkleTree.RootOf(seal.Hash(input), proof.RunIndex, proof.Run.Seals, proof.RunPath) is { } runRoot
            && runRoot.AsSpan().SequenceEqual(proof.Run.Root)
            && new RunCheck(keys.ToDictionary(static key => key.Id, static key => key.Key, StringComparer.Ordinal), new Findings(0), proof.Run.RunNo, oneTenant: true, sparse: true).IsSigned(proof.Run);
    }

    /// <summary>The Merkle root (RFC 6962, section 2.1) over leaf hashes, for those who recompute a seal or a run by their own means.</summary>
    /// <param name="leaves">The leaves' hashes, 32 bytes each, one after the other; none gives SHA-256 of nothing.</param>
    /// <exception cref="ArgumentException">The length is no multiple of 32.</exception>
    public static byte[] MerkleRoot(ReadOnlySpan<byte> leaves) =>
        leaves.Length % MerkleTree.HashLength == 0 ? MerkleTree.Root(leaves) : throw new ArgumentException($"{leaves.Length} bytes are no multiple of 32.", nameof(leaves));
}
