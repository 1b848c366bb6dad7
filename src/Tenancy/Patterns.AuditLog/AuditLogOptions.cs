using Npgsql;

namespace Patterns.AuditLog;

/// <summary>Options of the audit log.</summary>
public sealed class AuditLogOptions
{
    /// <summary>
    /// How long entries of each class are kept, 2 days to 100 years. Default: <c>standard</c> 400 days, <c>hipaa</c> 2,192 days (six years with leap days). <c>standard</c> must stay. A class that is
    /// shortened keeps what it has for as long as was promised then; of one that is taken out nothing is dropped any more.
    /// </summary>
    public IDictionary<string, TimeSpan> Retention { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["standard"] = TimeSpan.FromDays(400),
        ["hipaa"] = TimeSpan.FromDays(2192),
    };

    /// <summary>The keys that sign runs and verify them. The last one that can sign does; earlier ones stay for what they signed. Without one that can sign, entries are accepted and wait.</summary>
    public IList<AuditSigningKey> SigningKeys { get; } = [];

    /// <summary>How often new entries are sealed, 100 ms to a minute; <see cref="Timeout.InfiniteTimeSpan"/> where another process seals and applies retention. Default: 1 s.</summary>
    public TimeSpan SealEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many entries a run takes at most, 100 to 100,000. Default: 10,000.</summary>
    public int MaxRun { get; set; } = 10_000;

    /// <summary>How long entries may wait for their seal before health and verification say so, 10 s to a day. Default: a minute.</summary>
    public TimeSpan UnsealedLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often months that are past their retention are looked for, a minute to a day. Default: an hour.</summary>
    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether the start fails when the role that the application logs in with could bypass a wall of the log. Default: yes.</summary>
    public bool VerifyOnStart { get; set; } = true;

    /// <summary>Whether e-mail and IP addresses in <see cref="AuditEntry.Details"/> and <see cref="AuditEntry.Personal"/> are masked before they are stored. Default: no.</summary>
    public AuditMasking Masking { get; set; } = AuditMasking.None;

    /// <summary>
    /// The keys of JSON documents whose values are replaced by <c>[REDACTED]</c> before anything is stored, at any depth, whatever their case, as whole names and as their last words: <c>token</c> is also
    /// <c>accessToken</c> and <c>refresh-token</c>. Default: password, token, secret, api_key, credit_card, ssn, authorization, cookie, session.
    /// </summary>
    public ICollection<string> DeniedKeys { get; } = ["password", "token", "secret", "api_key", "credit_card", "ssn", "authorization", "cookie", "session"];

    /// <summary>The setting that holds the tenant of a transaction, as the schema function <c>audit_log_tenant()</c> reads it. Default: <c>app.tenant_id</c>.</summary>
    public string TenantSetting { get; set; } = "app.tenant_id";

    /// <summary>
    /// Gives a transaction the scope of a tenant, for the reads that open their own: <see cref="IAuditLog.QueryAsync(AuditFilter, CancellationToken)"/> and
    /// <see cref="IAuditLog.ExportAsync"/>. Set it where <c>audit_log_tenant()</c> asks for more than a setting, such as a seal. The read goes on as whatever role the transaction has then, which must be
    /// a member of <c>{schema}_audit_reader</c>. Default: null, which sets <see cref="TenantSetting"/> and takes the reader's role.
    /// </summary>
    public Func<NpgsqlTransaction, string, CancellationToken, Task>? ApplyScope { get; set; }

    /// <summary>Where connections for sealing, verifying, redacting and holding come from: of a login that is a member of <c>{schema}_audit_auditor</c>. Default: the application's own.</summary>
    public NpgsqlDataSource? IntegrityDataSource { get; set; }

    /// <summary>The tenant whose log has the entries about what concerns all tenants, such as a verification of the whole log, 1 to 200 characters. Default: <c>operator</c>.</summary>
    public string OperatorTenant { get; set; } = "operator";
}
