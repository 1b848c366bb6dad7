using System.Security.Cryptography;
using Patterns.AuditLog;

namespace SaasApp;

/// <summary>The key that seals are signed with, and the half of it that an auditor has.</summary>
internal sealed class AuditKey
{
    private const string Id = "2026-1";

    public AuditKey(string secret)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(secret), out _);
        (Private, Public) = (new(Id, key), new(Id, ECDsa.Create(key.ExportParameters(includePrivateParameters: false))));
    }

    public AuditSigningKey Private { get; }

    public AuditSigningKey Public { get; }
}
