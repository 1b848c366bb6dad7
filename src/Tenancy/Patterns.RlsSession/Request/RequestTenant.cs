using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Patterns.RlsSession;

/// <summary>Finds the scope of a request where the options say.</summary>
internal sealed class RequestTenant(RlsRequestOptions options)
{
    /// <summary>Null when there is none. <paramref name="differ"/> says that there are several.</summary>
    public TenantScope? Find(HttpContext context, out bool differ)
    {
        differ = false;
        if (options.Resolve is { } resolve)
            return resolve(context);

        string? tenant = null;
        foreach (var named in Named(context))
        {
            if (tenant is not null && tenant != named)
            {
                differ = true;
                return null;
            }

            tenant = named;
        }

        return ScopeRules.IsId(tenant) ? new(tenant!, User(context.User)) : null;
    }

    // Only what is there: a request may lack a claim and have a host. What is malformed is there, too, and agrees with nothing.
    private IEnumerable<string> Named(HttpContext context)
    {
        if (options.TenantClaim is { } claim)
        {
            foreach (var value in Authenticated(context.User).SelectMany(identity => identity.FindAll(claim)))
                yield return value.Value;
        }

        // A name that ends with the root's dot is the same name.
        if (options.TenantHostLabel is { } label && context.Request.Host.Host.TrimEnd('.').Split('.') is var labels && labels.Length >= options.MinHostLabels && label < labels.Length && !IsAddress(context.Request.Host.Host))
            yield return labels[label].ToLowerInvariant();
        if (options.TenantRouteValue is { } route && Convert.ToString(context.GetRouteValue(route), CultureInfo.InvariantCulture) is { Length: > 0 } segment)
            yield return segment;
        if (options.TenantHeader is { } header)
        {
            foreach (var value in context.Request.Headers[header])
                yield return value ?? "";
        }
    }

    // The claims of an identity that nobody has authenticated are a client's own words.
    private static IEnumerable<ClaimsIdentity> Authenticated(ClaimsPrincipal user) => user.Identities.Where(static identity => identity.IsAuthenticated);

    private static bool IsAddress(string host) => System.Net.IPAddress.TryParse(host, out _);

    private string? User(ClaimsPrincipal user)
    {
        foreach (var identity in Authenticated(user))
        {
            if ((identity.FindFirst(options.UserClaim) ?? identity.FindFirst(ClaimTypes.NameIdentifier))?.Value is { } id && ScopeRules.IsId(id))
                return id;
        }

        return null;
    }
}
