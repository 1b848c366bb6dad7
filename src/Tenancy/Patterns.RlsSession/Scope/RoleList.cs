namespace Patterns.RlsSession;

/// <summary>The roles that scopes may have.</summary>
internal static class RoleList
{
    public static IEnumerable<string> Of(RlsOptions options)
    {
        IEnumerable<string> roles = options.Roles;
        if (options.Mode == RlsMode.SupabaseClaims)
            roles = roles.Append(SupabaseClaims.Authenticated).Append(SupabaseClaims.Anonymous).Except([SupabaseClaims.Service], StringComparer.Ordinal);
        if (options.Role is not null)
            roles = roles.Append(options.Role);
        return roles.Distinct(StringComparer.Ordinal);
    }

    public static bool Allows(RlsOptions options, string role) => options.Mode == RlsMode.SupabaseClaims
        ? role != SupabaseClaims.Service && (role is SupabaseClaims.Authenticated or SupabaseClaims.Anonymous || options.Roles.Contains(role))
        : role == options.Role || options.Roles.Contains(role);
}
