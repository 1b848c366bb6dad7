namespace Patterns.RlsTesting;

/// <summary>As whom a probe ran.</summary>
public enum ProbeIdentity
{
    /// <summary>The first tenant of <see cref="RlsAuditBuilder.As"/>.</summary>
    A,

    /// <summary>The second.</summary>
    B,

    /// <summary>The application's role with no tenant set: tried before any tenant was set on the connection, and after.</summary>
    NoTenant,

    /// <summary>The anonymous role of <see cref="RlsAuditBuilder.Roles"/>, with no tenant set.</summary>
    Anonymous,

    /// <summary>A tenant that does not exist.</summary>
    Nonexistent,
}
