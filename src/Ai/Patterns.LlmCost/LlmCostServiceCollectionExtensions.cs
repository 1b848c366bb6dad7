using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.LlmCost;
using Patterns.Postgres;

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
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LlmCostOptions>, LlmCostOptionsValidator>());
        services.TryAddSingleton<CallChecks>();
        services.TryAddSingleton<CallPartitions>();
        services.AddGroupCommit(static provider => new GroupCommit<PricedCall, bool>(
            provider.GetRequiredService<IPostgres>(),
            new BookStatement(provider.GetRequiredService<IPostgres>()),
            new()
            {
                OrderBy = static priced => priced.Call.TenantId,
                // Each batch costs a flush and a round trip, whatever its size: one lane of whole batches books more than two of half ones, which also wait for each other's flush.
                Lanes = 1,
                // What the queue sends at once goes at once.
                MaxBatch = CallQueue.MaxBatch,
                Time = provider.GetRequiredService<TimeProvider>(),
            }));
        services.TryAddSingleton<PriceImporter>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PriceRefresh>());
        services.TryAddSingleton<CallBooking>();
        services.TryAddSingleton<CallQueue>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CallQueueService>());
        services.TryAddSingleton<BudgetBook>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, BudgetWatch>());
        services.TryAddSingleton<Margins>();
        services.TryAddSingleton<CostReports>();
        services.TryAddSingleton<Repricing>();
        services.TryAddSingleton<MonthClose>();
        services.TryAddSingleton<TenantErasure>();
        services.TryAddSingleton<StatementBook>();
        services.TryAddSingleton<ResidualSpread>();
        services.TryAddSingleton<ILlmCostLedger, PostgresLlmCostLedger>();
        services.TryAddSingleton<ILlmCost, PostgresLlmCost>();
        return services
            .AddPostgres()
            .AddSchemaScripts("llm_cost", typeof(ILlmCost).Assembly)
            .AddTimePartitions(
                CallPartitions.Calls,
                static provider => new TimePartitioning(CallPartitions.Calls, PartitionInterval.Month, provider.GetRequiredService<IOptions<LlmCostOptions>>().Value.Retention, Ahead: 1) { Key = PartitionKey.UuidV7 });
    }
}
