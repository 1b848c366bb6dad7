using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.RlsSession;

/// <summary>Signs tenant, user, role and expiry with the first key. What is signed must be the text that <c>SealedFunction</c> puts together in the database.</summary>
internal sealed class SealSigner(SealKey key, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>What a scope without a role signs: the word that the setting <c>role</c> shows then.</summary>
    public const string NoRole = "none";

    private readonly byte[] _secret = key.Secret.ToArray();

    /// <summary>The key's id, the expiry in seconds since 1970, and the HMAC in hex digits, with points between them.</summary>
    public string Sign(string tenant, string user, string? role)
    {
        var expiry = time.GetUtcNow().Add(lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        // The lengths keep ("ab", "c") and ("a", "bc") apart. They count bytes, since a character is another thing to .NET and to PostgreSQL.
        var text = string.Create(CultureInfo.InvariantCulture, $"{expiry}:{Encoding.UTF8.GetByteCount(tenant)}:{tenant}{Encoding.UTF8.GetByteCount(user)}:{user}{role ?? NoRole}");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(text), mac);
        return string.Create(CultureInfo.InvariantCulture, $"{key.Id}.{expiry}.{Convert.ToHexStringLower(mac)}");
    }
}
