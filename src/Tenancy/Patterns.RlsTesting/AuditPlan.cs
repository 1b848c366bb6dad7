using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>What a <see cref="RlsAuditBuilder"/> was told.</summary>
internal sealed record AuditPlan(
    NpgsqlDataSource Admin,
    IReadOnlyList<string> Schemas,
    string Application,
    string? Anonymous,
    string TenantColumn,
    (Identity A, Identity B)? Identities,
    IReadOnlySet<string> Shared,
    IReadOnlyDictionary<string, Action<FixtureRow>> Fixtures,
    IReadOnlyList<IgnoredFinding> Ignored,
    IReadOnlySet<string> MutableDatabases)
{
    /// <summary>The role that the probes take on as a tenant: the identities' own, where they name one.</summary>
    public string ApplicationRole => Identities?.A.Role ?? Application;
}
