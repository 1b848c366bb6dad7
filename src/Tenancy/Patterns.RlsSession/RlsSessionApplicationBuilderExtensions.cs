using Microsoft.Extensions.DependencyInjection;
using Patterns.RlsSession;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the tenant of the request in place.</summary>
public static class RlsSessionApplicationBuilderExtensions
{
    /// <summary>
    /// Enters the scope of each request, as <see cref="RlsOptions.Request"/> finds it, for the endpoint and what else comes after, and leaves it again. Call it after <c>UseAuthentication</c>
    /// and <c>UseAuthorization</c>. An endpoint with <see cref="RequireTenantAttribute"/> answers a request without a tenant 403 as problem+json; every other endpoint then runs without one.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRlsSession</c> was not called.</exception>
    public static IApplicationBuilder UseRlsTenant(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<ITenantAccessor>() is null)
            throw new InvalidOperationException("UseRlsTenant takes services.AddRlsSession(...).");
        return app.UseMiddleware<RlsTenantMiddleware>();
    }
}
