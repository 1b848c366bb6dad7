using System.Security.Cryptography;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>What a leaf holds in place of a document, so that the document can be emptied without changing the leaf: SHA-256(salt | the exact UTF-8 bytes as stored), with a random salt of 32 bytes, which keeps short ones from being guessed.</summary>
internal static class Commitment
{
    public const int SaltLength = 32;

    public static byte[] Salt() => RandomNumberGenerator.GetBytes(SaltLength);

    /// <summary>The commitment, or null where there is no document.</summary>
    public static byte[]? Of(byte[]? salt, string? document)
    {
        if (salt is null || document is null)
            return null;
        var length = salt.Length + Encoding.UTF8.GetByteCount(document);
        var bytes = length <= 1_024 ? stackalloc byte[length] : new byte[length];
        salt.CopyTo(bytes);
        Encoding.UTF8.GetBytes(document, bytes[salt.Length..]);
        return SHA256.HashData(bytes);
    }
}
