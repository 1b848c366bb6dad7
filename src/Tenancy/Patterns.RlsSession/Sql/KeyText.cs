using System.Globalization;
using System.Security.Cryptography;

namespace Patterns.RlsSession;

/// <summary>The two pads that HMAC makes of a key (RFC 2104): with them the database computes the HMAC without knowing the key, and without an extension.</summary>
internal static class KeyText
{
    private const int Block = 64;

    public static (byte[] Inner, byte[] Outer) Pads(SealKey key)
    {
        var (inner, outer) = (new byte[Block], new byte[Block]);
        var secret = key.Secret.Length > Block ? SHA256.HashData(key.Secret.Span) : key.Secret.ToArray();
        secret.CopyTo(inner, 0);
        secret.CopyTo(outer, 0);
        for (var i = 0; i < Block; i++)
        {
            inner[i] ^= 0x36;
            outer[i] ^= 0x5C;
        }

        return (inner, outer);
    }

    public static string Install(SealKey key, DateTimeOffset? notAfter, string schema)
    {
        var (inner, outer) = Pads(key);
        var (table, id) = (SqlText.Identifier(schema) + ".rls_session_keys", key.Id.ToString(CultureInfo.InvariantCulture));
        var end = notAfter is { } at ? $"'{at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'" : "NULL";
        return
            $"""
             DO $key$
             BEGIN
                 INSERT INTO {table} (key_id, inner_pad, outer_pad, not_after) VALUES ({id}, '\x{Convert.ToHexStringLower(inner)}', '\x{Convert.ToHexStringLower(outer)}', {end})
                     ON CONFLICT (key_id) DO UPDATE SET not_after = excluded.not_after WHERE rls_session_keys.inner_pad = excluded.inner_pad;
                 IF NOT FOUND THEN
                     RAISE EXCEPTION 'seal key {id} has another secret in this database' USING ERRCODE = '23505', HINT = 'Give the new secret a new id, and keep the old one until its seals have expired.';
                 END IF;
             END
             $key$;

             """;
    }
}
