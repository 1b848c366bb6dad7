using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Patterns.AuditLog;

/// <summary>The key ring.</summary>
internal sealed class AuditKeys(IOptions<AuditLogOptions> options)
{
    public AuditSigningKey? Signing => options.Value.SigningKeys.LastOrDefault(static k => !k.VerifyOnly);

    /// <summary>All keys by their id, for verification.</summary>
    public IReadOnlyDictionary<string, ECDsa> Verifying { get; } = options.Value.SigningKeys.ToDictionary(static k => k.Id, static k => k.Key, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public AuditSigningKey Demand() => Signing ?? throw new InvalidOperationException(
        "The audit log has no key that can sign, so nothing is sealed. Add one: AddAuditLog(o => o.SigningKeys.Add(new AuditSigningKey(\"2026-1\", key))), where key is an ECDsa on P-256 with its private part.");
}
