using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.CreditLedger;
using Patterns.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the credit ledger.</summary>
public static class CreditLedgerServiceCollectionExtensions
{
    // The archive decides when entries leave; the retention of partitions by age never does.
    private static readonly TimeSpan ForEver = TimeSpan.FromDays(36_500);

    /// <summary>
    /// Adds <see cref="ICreditLedger"/> and <see cref="ICreditLedgerAudit"/> as singletons, the hosted service that sweeps what has expired, and the tables to those that
    /// <see cref="PostgresServiceCollectionExtensions.AddPostgres"/> installs. Uses the <c>NpgsqlDataSource</c> of the container, or the connection string given to <c>AddPostgres</c>. May be called several times;
    /// pools add up.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; at least one pool is needed. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCreditLedger(this IServiceCollection services, Action<CreditLedgerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<CreditLedgerOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CreditLedgerOptions>, CreditLedgerOptionsValidator>());
        services.TryAddSingleton<LedgerPools>();
        services.TryAddSingleton<LedgerRequests>();
        services.TryAddSingleton<BusyAccounts>();
        services.AddGroupCommit(static provider => new GroupCommit<LedgerRequest, LedgerAnswer>(
            provider.GetRequiredService<IPostgres>(),
            new LedgerStatement(provider.GetRequiredService<IPostgres>(), provider.GetRequiredService<IOptions<CreditLedgerOptions>>(), waits: false),
            LedgerCommit.Options(provider.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton<LedgerCommit>();
        services.TryAddSingleton<LedgerReads>();
        services.TryAddSingleton<ICreditLedger, PostgresCreditLedger>();
        services.TryAddSingleton<ICreditLedgerAudit, PostgresCreditLedgerAudit>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SweepService>());
        return services
            .AddPostgres()
            .AddSchemaScripts("credit_ledger", typeof(ICreditLedger).Assembly)
            .AddTimePartitions(new TimePartitioning(LedgerArchive.Entries, PartitionInterval.Month, ForEver));
    }
}
