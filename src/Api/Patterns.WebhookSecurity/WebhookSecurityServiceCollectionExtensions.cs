using System.Buffers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Patterns.WebhookSecurity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the verification of webhooks.</summary>
public static class WebhookSecurityServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IWebhookVerifier"/> and <see cref="IWebhookSigner"/> as singletons, and lets endpoints require a signature. May be called several times; sources
    /// add up. Uses the registered <see cref="TimeProvider"/> and <see cref="ArrayPool{T}"/> of bytes, or the system's.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds the sources. Options are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddWebhookSecurity(this IServiceCollection services, Action<WebhookSecurityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<WebhookSecurityOptions>().ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.AddLogging();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookSecurityOptions>, WebhookSecurityOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, WebhookStartupFilter>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(ArrayPool<byte>.Shared);
        services.TryAddSingleton<WebhookSources>();
        services.TryAddSingleton<WebhookVerifier>();
        services.TryAddSingleton<IWebhookVerifier>(provider => provider.GetRequiredService<WebhookVerifier>());
        services.TryAddSingleton<IWebhookSigner, WebhookSigner>();
        return services;
    }
}
