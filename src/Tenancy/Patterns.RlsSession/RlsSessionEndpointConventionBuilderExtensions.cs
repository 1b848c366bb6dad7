using Patterns.RlsSession;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Lets endpoints require a tenant.</summary>
public static class RlsSessionEndpointConventionBuilderExtensions
{
    /// <summary>As <see cref="RequireTenantAttribute"/>: only requests with a tenant reach the endpoint; <c>UseRlsTenant</c> answers the others 403.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or a group of them.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder RequireTenant<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(static endpoint => endpoint.Metadata.Add(new RequireTenantAttribute()));
        return builder;
    }
}
