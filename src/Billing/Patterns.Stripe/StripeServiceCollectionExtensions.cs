using Microsoft.Extensions.DependencyInjection.Extensions;
using Patterns.Stripe;
using Patterns.Stripe.Wire;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the Stripe client.</summary>
public static class StripeServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IStripeClient"/> as a singleton. May be called several times; options add up.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options, which are checked when the host starts.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddStripe(this IServiceCollection services, Action<StripeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<StripeOptions>().ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddSingleton<IStripeClient, StripeClient>();
        return services;
    }
}
