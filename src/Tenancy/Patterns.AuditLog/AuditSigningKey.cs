using System.Security.Cryptography;

namespace Patterns.AuditLog;

/// <summary>A key of the key ring.</summary>
/// <param name="Id">Its id, which every run that it signs names; 1 to 40 characters. An id is never used for another key.</param>
/// <param name="Key">An ECDSA key on the curve P-256. One that lives in a key service is a subclass of <see cref="ECDsa"/>; when it cannot sign, sealing waits and tries again.</param>
public sealed record AuditSigningKey(string Id, ECDsa Key)
{
    /// <summary>Whether it is a public key only, or a retired one: it verifies and never signs.</summary>
    public bool VerifyOnly { get; init; }
}
