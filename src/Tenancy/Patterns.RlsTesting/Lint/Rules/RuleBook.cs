namespace Patterns.RlsTesting;

/// <summary>Every rule that looks at the catalogue. <c>stale-ignore</c> looks at what they found, and is with <see cref="CatalogueLint"/>.</summary>
internal static class RuleBook
{
    public static readonly IReadOnlyList<Rule> Rules =
    [
        new("undecided-table", Severity.Error, TableRules.Undecided),
        new("rls-disabled", Severity.Error, TableRules.RlsDisabled),
        new("policies-without-rls", Severity.Error, TableRules.PoliciesWithoutRls),
        new("rls-without-policies", Severity.Warning, TableRules.RlsWithoutPolicies),
        new("rls-not-forced", Severity.Warning, TableRules.NotForced),
        new("owned-by-application", Severity.Error, TableRules.OwnedByApplication),
        new("partition-unprotected", Severity.Error, TableRules.PartitionUnprotected),
        new("policy-always-true", Severity.Error, PolicyRules.AlwaysTrue),
        new("policy-without-tenant", Severity.Error, PolicyRules.WithoutTenant),
        new("policy-without-check", Severity.Warning, PolicyRules.WithoutCheck),
        new("policies-widen", Severity.Warning, PolicyRules.Widen),
        new("policy-user-metadata", Severity.Error, PolicyRules.UserMetadata),
        new("policy-function-per-row", Severity.Notice, PolicyRules.FunctionPerRow),
        new("tenant-column-nullable", Severity.Warning, KeyRules.TenantNullable),
        new("tenant-column-not-indexed", Severity.Notice, KeyRules.TenantNotIndexed),
        new("unique-without-tenant", Severity.Warning, KeyRules.UniqueWithoutTenant),
        new("foreign-key-without-tenant", Severity.Warning, KeyRules.ForeignKeyWithoutTenant),
        new("index-not-leakproof", Severity.Notice, KeyRules.NotLeakproof),
        new("view-as-owner", Severity.Error, ExposureRules.ViewAsOwner),
        new("materialized-view", Severity.Error, ExposureRules.MaterializedView),
        new("foreign-table", Severity.Error, ExposureRules.ForeignTable),
        new("publication-without-filter", Severity.Warning, ExposureRules.PublicationWithoutFilter),
        new("definer-search-path", Severity.Warning, ExposureRules.DefinerSearchPath),
        new("definer-public", Severity.Warning, ExposureRules.DefinerPublic),
        new("truncate-granted", Severity.Error, GrantRules.Truncate),
        new("references-granted", Severity.Warning, GrantRules.References),
        new("trigger-granted", Severity.Warning, GrantRules.Trigger),
        new("default-privileges", Severity.Warning, GrantRules.DefaultPrivileges),
        new("role-bypasses-rls", Severity.Error, GrantRules.RoleBypassesRls),
        new("login-inherits", Severity.Warning, GrantRules.LoginInherits),
    ];
}
