using System.Buffers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Lets endpoints require a webhook's signature.</summary>
public static class WebhookSecurityEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Lets only genuine, fresh webhooks of the source reach the endpoint. The body is read once, verified, and can then be read again by the framework's own binders; the
    /// handler may take a <see cref="VerifiedWebhook"/> parameter. Refusals are answered with problem+json that does not say why. Antiforgery is switched off for the
    /// endpoint: the signature takes its place.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of endpoint.</typeparam>
    /// <param name="builder">The endpoint, or a group of them.</param>
    /// <param name="source">The name under which the source was added. An unknown one fails at start.</param>
    /// <param name="scopeRouteValue">The route parameter that holds the scope (such as the tenant) whose keys count; null for none. One that the route does not have fails at start.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder RequireWebhookSignature<TBuilder>(this TBuilder builder, string source, string? scopeRouteValue = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Add(endpoint =>
        {
            if (scopeRouteValue is not null && endpoint is RouteEndpointBuilder route && route.RoutePattern.GetParameter(scopeRouteValue) is null)
            {
                throw new InvalidOperationException(
                    $"RequireWebhookSignature(\"{source}\", scopeRouteValue: \"{scopeRouteValue}\") is on '{route.RoutePattern.RawText}', which has no such route parameter.");
            }
            var services = endpoint.ApplicationServices;
            var sources = services.GetService<WebhookSources>()
                ?? throw new InvalidOperationException("RequireWebhookSignature takes services.AddWebhookSecurity(...).");
            var next = endpoint.RequestDelegate ?? throw new InvalidOperationException("RequireWebhookSignature takes an endpoint that handles requests.");
            endpoint.RequestDelegate = new WebhookEndpoint(
                sources[source], scopeRouteValue, services.GetRequiredService<WebhookVerifier>(), sources.Options, services.GetRequiredService<ArrayPool<byte>>(), next).InvokeAsync;
        });
        return builder.DisableAntiforgery();
    }
}
