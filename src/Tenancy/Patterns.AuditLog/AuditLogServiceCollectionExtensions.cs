using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.AuditLog;
using Patterns.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the audit log.</summary>
public static class AuditLogServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAuditLog"/> and <see cref="IAuditIntegrity"/> as singletons, the hosted services that seal and apply retention, the health check <c>patterns_audit_log</c>, and the tables to those
    /// that <see cref="PostgresServiceCollectionExtensions.AddPostgres"/> installs. Uses the <c>NpgsqlDataSource</c> of the container, or the connection string given to <c>AddPostgres</c>; tells every
    /// <see cref="IAuditAnchor"/> of the container of each run. May be called several times.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAuditLog(this IServiceCollection services, Action<AuditLogOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<AuditLogOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AuditLogOptions>, AuditLogOptionsValidator>());
        services
            .AddPostgres()
            .AddSchemaScripts("audit_log", typeof(IAuditLog).Assembly)
            .AddTimePartitionSet("audit_log", static provider => LogPartitions.Describe(provider.GetRequiredService<IPostgres>(), provider.GetRequiredService<IOptions<AuditLogOptions>>().Value));
        services.TryAddSingleton<AuditorTransactions>();
        services.TryAddSingleton<LogPartitions>();
        services.TryAddSingleton<EntryIntake>();
        services.TryAddSingleton<AuditKeys>();
        services.TryAddSingleton<RunStore>();
        services.TryAddSingleton<AnchorPublication>();
        services.TryAddSingleton<Sealer>();
        services.TryAddSingleton<RetentionDrop>();
        services.TryAddSingleton<TenantScopeCheck>();
        services.TryAddSingleton<WallCheck>();
        services.TryAddSingleton<LogVerification>();
        services.TryAddSingleton<ProofSource>();
        services.TryAddSingleton<SealedStream>();
        services.TryAddSingleton<EntryReads>();
        services.TryAddSingleton<DeniedRequests>();
        services.TryAddSingleton<IAuditLog, PostgresAuditLog>();
        services.TryAddSingleton<IAuditIntegrity, PostgresAuditIntegrity>();

        // After the hosted service of AddPostgres, which brings the schema into shape.
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AuditLogStartup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SealerService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RetentionService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DeniedRequests>(static provider => provider.GetRequiredService<DeniedRequests>()));
        services.Configure<HealthCheckServiceOptions>(AddHealth);
        return services.AddGroupCommit(static provider => new GroupCommit<IntakeEntry, AppendOutcome>(
            provider.GetRequiredService<IPostgres>(),
            new AppendStatement(provider.GetRequiredService<IPostgres>()),
            new() { SizeOf = static entry => entry.Size, Time = provider.GetRequiredService<TimeProvider>() }));
    }

    private static void AddHealth(HealthCheckServiceOptions options)
    {
        if (options.Registrations.All(static r => r.Name != SealingHealthCheck.Name))
            options.Registrations.Add(new(SealingHealthCheck.Name, static provider => ActivatorUtilities.CreateInstance<SealingHealthCheck>(provider), HealthStatus.Degraded, ["patterns"]));
    }
}
