namespace Patterns.AuditLog;

/// <summary>Which entries a seal covers, in the order of their sequence numbers, with 32 bytes of leaf for each.</summary>
internal sealed record SealedList(Guid[] Ids, DateTimeOffset[] OccurredAt, byte[] Leaves)
{
    public ReadOnlySpan<byte> Leaf(int index) => Leaves.AsSpan(index * MerkleTree.HashLength, MerkleTree.HashLength);
}
