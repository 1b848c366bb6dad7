namespace Patterns.RlsSession;

/// <summary>Who inside a tenant may read and write the rows of a table. The tenant is pinned in each of them.</summary>
public enum ProtectShape
{
    /// <summary>Everybody in the tenant reads and writes.</summary>
    TenantOwned,

    /// <summary>Each user reads and writes their own rows.</summary>
    UserOwned,

    /// <summary>Everybody in the tenant reads; each user writes their own rows.</summary>
    SharedReadOwnerWrite,

    /// <summary>Everybody in the tenant reads; only certain database roles write, which a scope names as its role.</summary>
    RoleGated,

    /// <summary>As <see cref="TenantOwned"/>, while the row's time lasts; what has expired is neither seen nor changed.</summary>
    TimeLimited,
}
