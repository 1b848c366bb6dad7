namespace Patterns.RlsSession;

/// <summary>Which settings carry the scope.</summary>
public enum RlsMode
{
    /// <summary>Tenant and user, each in a setting of its own. Policies ask <c>patterns.tenant_id()</c> and <c>patterns.user_id()</c>.</summary>
    Setting,

    /// <summary>
    /// As <see cref="Setting"/>, and the claims in <c>request.jwt.claims</c>, with the role <c>authenticated</c>, <c>anon</c> or a listed one, so that policies on <c>auth.uid()</c>,
    /// <c>auth.jwt()</c> and <c>auth.role()</c> work as they are (Supabase documentation, "Row Level Security"). <c>service_role</c> is refused.
    /// </summary>
    SupabaseClaims,
}
