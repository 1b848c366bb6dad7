using Microsoft.AspNetCore.Http;

namespace Patterns.RlsSession;

/// <summary>
/// Where <c>UseRlsTenant</c> finds the tenant of a request. When several sources name one they must name the same, else the request counts as one without a tenant. A host, route or
/// header says what the client asks for: whether the user belongs there is for the application's authorization to decide.
/// </summary>
public sealed class RlsRequestOptions
{
    /// <summary>The claim of the authenticated user that holds the tenant; <see langword="null"/> for none. Default: <c>tenant_id</c>.</summary>
    public string? TenantClaim { get; set; } = "tenant_id";

    /// <summary>The claim that holds the user. Where it is missing, <c>ClaimTypes.NameIdentifier</c> is taken. Default: <c>sub</c>.</summary>
    public string UserClaim { get; set; } = "sub";

    /// <summary>The label of the host that is the tenant, counted from 0: with 0, <c>acme.example.com</c> is of <c>acme</c>. Default: <see langword="null"/>, none.</summary>
    public int? TenantHostLabel { get; set; }

    /// <summary>How many labels a host must have to carry a tenant, so that <c>example.com</c> itself is nobody's. At least 1; default: 3.</summary>
    public int MinHostLabels { get; set; } = 3;

    /// <summary>The route parameter that holds the tenant. Default: <see langword="null"/>, none.</summary>
    public string? TenantRouteValue { get; set; }

    /// <summary>The header that holds the tenant. Any client can send one, so name it only where a gateway of yours overwrites it. Default: <see langword="null"/>, none.</summary>
    public string? TenantHeader { get; set; }

    /// <summary>Finds the scope instead of all the above; <see langword="null"/> from it means that the request has none. Default: <see langword="null"/>.</summary>
    public Func<HttpContext, TenantScope?>? Resolve { get; set; }
}
