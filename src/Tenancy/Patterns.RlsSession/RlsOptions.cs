using Npgsql;

namespace Patterns.RlsSession;

/// <summary>How scopes reach the database, and what is checked at start.</summary>
public sealed class RlsOptions
{
    /// <summary>Where the scoped connections come from; its login role owns nothing and is subject to policies. Default: the data source of <c>AddPostgres</c>.</summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>Where <see cref="IRlsSession.BypassAsync{T}"/> gets its connections, with a login role of its own that has BYPASSRLS. Default: none, and bypassing throws.</summary>
    public NpgsqlDataSource? BypassDataSource { get; set; }

    /// <summary>Which settings carry the scope. Default: <see cref="RlsMode.Setting"/>.</summary>
    public RlsMode Mode { get; set; }

    /// <summary>The setting that holds the tenant: two or more lower-case parts with dots between them. Default: <c>app.tenant_id</c>.</summary>
    public string SettingName { get; set; } = "app.tenant_id";

    /// <summary>The setting that holds the user. Default: <c>app.user_id</c>.</summary>
    public string UserSettingName { get; set; } = "app.user_id";

    /// <summary>The setting that holds the seal. Default: <c>app.rls_seal</c>.</summary>
    public string SealSettingName { get; set; } = "app.rls_seal";

    /// <summary>The database role of scopes that name none. Default: none, and their statements run as the login role. <see cref="RlsMode.SupabaseClaims"/> goes by the claims instead.</summary>
    public string? Role { get; set; }

    /// <summary>The further roles that a scope may name. Default: none.</summary>
    public ISet<string> Roles { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether <c>patterns.tenant_id()</c> raises SQLSTATE 42501 when no tenant is set. Otherwise it gives NULL: reads find no row, and writes are refused by the policies. Default: true.
    /// </summary>
    public bool RaiseWhenUnset { get; set; } = true;

    /// <summary>Whether scopes are sealed. Default: <see cref="Sealing.Off"/>.</summary>
    public Sealing Sealing { get; set; }

    /// <summary>The keys of the seal. The first signs; the database accepts all that are installed and not expired. Needed with <see cref="Sealing.On"/>. Default: none.</summary>
    public IList<SealKey> SealKeys { get; } = [];

    /// <summary>
    /// How long after it was made a seal may begin a transaction, by the database's clock and with 30 s of tolerance; a transaction that has begun is not cut off. 10 s to a day; default: 5 minutes.
    /// </summary>
    public TimeSpan SealLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The column by which <see cref="VerifyOnStart"/> and the health check know a table of tenants. Tables of the family's own schema count only when row-level security is enabled on them. Default: <c>tenant_id</c>.
    /// </summary>
    public string TenantColumn { get; set; } = "tenant_id";

    /// <summary>
    /// Whether the start fails when policies would not hold for the login role: it is a superuser, bypasses row-level security, owns an unforced table, cannot become the scope's role. Default: true.
    /// </summary>
    public bool VerifyOnStart { get; set; } = true;

    /// <summary>Where <c>UseRlsTenant</c> finds the tenant of a request.</summary>
    public RlsRequestOptions Request { get; } = new();
}
