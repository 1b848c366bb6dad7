using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Patterns.LlmCost;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the cost ledger.</summary>
public static class LlmCostServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ILlmCost"/> and <see cref="ILlmCostLedger"/> as singletons, the background writer, and the tables to those that <c>AddPostgres</c> installs. May be called several times.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLlmCost(this IServiceCollection services, Action<LlmCostOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<LlmCostOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddSingleton<CurrentPrices>();
        services.TryAddSingleton<PriceImporter>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PriceRefresh>());
        services.TryAddSingleton<CallBooking>();
        services.TryAddSingleton<BudgetBook>();
        services.TryAddSingleton<Margins>();
        services.TryAddSingleton<ILlmCost, PostgresLlmCost>();
        return services
            .AddPostgres()
            .AddSchemaScripts("llm_cost", typeof(ILlmCost).Assembly);
    }
}
