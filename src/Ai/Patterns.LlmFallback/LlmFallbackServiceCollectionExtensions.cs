using Patterns.LlmFallback;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the chains.</summary>
public static class LlmFallbackServiceCollectionExtensions
{
    /// <summary>Adds each chain as a keyed <c>IChatClient</c> (the only one unkeyed too), and <see cref="ILlmFallback"/>. May be called several times; chains add up.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds the chains. They are checked when the host starts, and a failure names the chain, the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLlmFallback(this IServiceCollection services, Action<LlmFallbackOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<LlmFallbackOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        return services;
    }
}
