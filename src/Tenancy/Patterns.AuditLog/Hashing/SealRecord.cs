namespace Patterns.AuditLog;

/// <summary>One seal: a Merkle tree over the leaves of a tenant's entries of one class and month that one run took, chained to the tenant's seal before it.</summary>
internal sealed record SealRecord(string TenantId, long SealNo, long RunNo, string RetentionClass, DateTimeOffset Month, long FirstSeq, int Count, byte[] Root, byte[] Previous)
{
    public byte[] Hash(HashInput input) => input.Begin(AuditHash.Seal)
        .Text(TenantId).Number(SealNo).Number(RunNo).Text(RetentionClass).Time(Month).Number(FirstSeq).Number(Count).Bytes(Root).Bytes(Previous).Sha256();
}
