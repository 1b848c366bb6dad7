namespace Patterns.AuditLog;

/// <summary>The signed head of the log after one run: who keeps it elsewhere can later tell that nothing before it was rewritten. Holds no tenant's data.</summary>
/// <param name="RunNo">The run's number; they are dense, from 1.</param>
/// <param name="Kind">What the run was for.</param>
/// <param name="Previous">The hash of the run before, 32 bytes; zeros for the first.</param>
/// <param name="Root">The Merkle root (RFC 6962) over the hashes of the run's seals, in the order of tenant and seal number, 32 bytes.</param>
/// <param name="Seals">How many seals that are.</param>
/// <param name="SealedAt">When, by the database's clock; no finer than a microsecond.</param>
/// <param name="Note">The reason of an epoch, the record of a drop as JSON; null for other kinds.</param>
/// <param name="KeyId">The key that signed.</param>
/// <param name="Signature">ECDSA over P-256 with SHA-256 of <see cref="Hash"/>, as IEEE P1363 (64 bytes).</param>
public sealed record RunHead(long RunNo, RunKind Kind, byte[] Previous, byte[] Root, int Seals, DateTimeOffset SealedAt, string? Note, string KeyId, byte[] Signature)
{
    /// <summary>What is signed and what the next run names: SHA-256 over all the rest but the signature, in the format that the README documents.</summary>
    public byte[] Hash() => new HashInput().Begin(AuditHash.Run)
        .Number(RunNo).Byte((byte)Kind).Bytes(Previous).Bytes(Root).Number(Seals).Time(SealedAt).Text(Note).Text(KeyId).Sha256();
}
