using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Patterns.Stripe;

/// <summary>The gateway's part of <c>AddStripe</c>.</summary>
internal static class GatewayRegistration
{
    public static void Add(IServiceCollection services) => services.TryAddSingleton<IBillingGateway, StripeBillingGateway>();
}
