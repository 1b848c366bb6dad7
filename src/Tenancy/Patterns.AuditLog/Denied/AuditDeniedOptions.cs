using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Patterns.AuditLog;

/// <summary>Options of <c>UseAuditDenied</c>.</summary>
public sealed class AuditDeniedOptions
{
    /// <summary>The tenant of a request; null where it has none. Default: the claim <c>tenant_id</c>.</summary>
    public Func<HttpContext, string?> Tenant { get; set; } = static context => context.User.FindFirstValue("tenant_id");

    /// <summary>Who made a request; null where nobody is known. Default: the claim <c>sub</c>, or that of <see cref="ClaimTypes.NameIdentifier"/>, as a <c>user</c>.</summary>
    public Func<HttpContext, AuditActor?> Actor { get; set; } = static context =>
        (context.User.FindFirstValue("sub") ?? context.User.FindFirstValue(ClaimTypes.NameIdentifier)) is { Length: > 0 } id ? new AuditActor("user", id) : null;

    /// <summary>The tenant whose log has the requests without one; null leaves them out. Default: <c>operator</c>.</summary>
    public string? OtherwiseTenant { get; set; } = "operator";

    /// <summary>How many entries a tenant and actor get a minute, 1 to 10,000; what is over is counted in one more. Requests of nobody in particular count as one actor's. Default: 100.</summary>
    public int PerMinute { get; set; } = 100;
}
