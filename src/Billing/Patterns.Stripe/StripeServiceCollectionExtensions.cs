using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.Stripe;
using Patterns.Stripe.Sending;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the Stripe client.</summary>
public static class StripeServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IStripeClient"/> as a singleton, over the <see cref="HttpClient"/> named <see cref="StripeOptions.HttpClientName"/>: configure it after this call with
    /// <c>services.AddHttpClient(StripeOptions.HttpClientName)</c>. May be called several times; options add up. Uses the registered <see cref="TimeProvider"/>, or the system's.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddStripe(this IServiceCollection services, Action<StripeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<StripeOptions>().ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        if (services.Any(static service => service.ImplementationType == typeof(StripeOptionsValidator))) return services;
        services.AddLogging();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StripeOptions>, StripeOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IStripeClient>(static provider => new StripeClient(
            provider.GetRequiredService<IHttpClientFactory>(), provider.GetRequiredService<IOptions<StripeOptions>>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IStripeClient>>(), provider.GetService<IHostEnvironment>()));

        // The client lives as long as the application, so its connections are renewed instead of its handler: a change of Stripe's addresses is seen within two minutes.
        // The factory's loggers write headers; this package logs what matters itself.
        services.AddHttpClient(StripeOptions.HttpClientName)
            .UseSocketsHttpHandler(static (handler, _) =>
            {
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        GatewayRegistration.Add(services);
        return services;
    }
}
