using System.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IPostgres"/> and what packages bring to it.</summary>
public static class PostgresServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IPostgres"/>, <see cref="ISchema"/>, <see cref="ITimePartitions"/>, <see cref="IRememberedKeys"/> and <see cref="INotifications"/>. Uses the <c>NpgsqlDataSource</c> of the container if there is one, else
    /// builds one from <see cref="PostgresOptions.ConnectionString"/>. May be called any number of times; packages call it themselves.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddPostgres(this IServiceCollection services, Action<PostgresOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<PostgresOptions>().ValidateOnStart();
        if (configure is not null)
            services.Configure(configure);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PostgresDataSources>();
        services.TryAddSingleton<MaintenanceClaims>();
        services.TryAddSingleton<TimePartitionTables>();
        services.TryAddSingleton<PartitionCatalog>();
        services.TryAddSingleton<PartitionMaker>();
        services.TryAddSingleton<PartitionDetachment>();
        services.TryAddSingleton<PartitionRetention>();
        services.TryAddSingleton<TimePartitions>();
        services.TryAddSingleton<ITimePartitions>(provider => provider.GetRequiredService<TimePartitions>());
        services.TryAddSingleton<RememberedKeyTables>();
        services.TryAddSingleton<LockHolders>();
        services.TryAddSingleton<IRememberedKeys, GenerationTurn>();
        services.TryAddSingleton<IPostgres, PostgresRunner>();
        services.TryAddSingleton<ISchema, SchemaInstaller>();
        services.TryAddSingleton<NotificationSender>();
        services.TryAddSingleton<NotificationListener>();
        services.TryAddSingleton<NotificationHealth>();
        services.TryAddSingleton<INotifications, PostgresNotifications>();
        services.Configure<HealthCheckServiceOptions>(AddHealth);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresStartup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresMaintenance>());
        return services.AddSchemaScripts(SchemaInstaller.Kernel, typeof(IPostgres).Assembly);
    }

    /// <summary>Adds the scripts <c>Schema/NNNN_name.sql</c> that are embedded in an assembly, numbered from 0001 without gaps.</summary>
    /// <param name="services">The services.</param>
    /// <param name="package">The name under which they are recorded, such as <c>webhook_dedup</c>: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The name is malformed, or taken by another assembly.</exception>
    public static IServiceCollection AddSchemaScripts(this IServiceCollection services, string package, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(assembly);
        if (!Identifier.IsValid(package))
            throw new ArgumentException($"'{package}' is not a package's name; it must match {Identifier.Pattern}.", nameof(package));

        var known = services.Select(s => s.ImplementationInstance).OfType<SchemaScripts>().FirstOrDefault(s => s.Package == package);
        if (known is null)
            services.AddSingleton(new SchemaScripts(package, assembly));
        else if (known.Assembly != assembly)
            throw new ArgumentException($"Package '{package}' already has its schema scripts from {known.Assembly.GetName().Name}; give those of {assembly.GetName().Name} another name.", nameof(package));

        return services;
    }

    /// <summary>
    /// Says how a RANGE-partitioned table of the family's schema is split, so that its partitions are made ahead and dropped when they are old, and a write that finds none makes it.
    /// Adds the health check <c>patterns_time_partitions</c> for applications that call <c>AddHealthChecks</c>. May be called again with the same values.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="table">The table.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">A value is outside its limits, or the table is registered with others.</exception>
    public static IServiceCollection AddTimePartitions(this IServiceCollection services, TimePartitioning table)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(table);
        TimePartitionTables.Validate(table);
        if (Registered<TimePartitioning>(services, table.Table) is not { } known)
            return services.AddTimePartitions(new TableRegistration<TimePartitioning>(table.Table, _ => table, table));
        if (known.Known != table)
            throw new ArgumentException($"Table '{table.Table}' is already registered with other partitions: {(known.Known is { } other ? other : "those that a factory makes")}.", nameof(table));

        return services;
    }

    /// <summary>As <see cref="AddTimePartitions(IServiceCollection, TimePartitioning)"/>, for a table whose partitions depend on options: they are described when the host starts, or when they are first needed.</summary>
    /// <param name="services">The services.</param>
    /// <param name="table">The table's name, without its schema. A table that is registered stays as it is.</param>
    /// <param name="describe">Describes the partitions of that table. A value outside its limits stops the start.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static IServiceCollection AddTimePartitions(this IServiceCollection services, string table, Func<IServiceProvider, TimePartitioning> describe)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(describe);
        if (!Identifier.IsValid(table))
            throw new ArgumentException($"'{table}' is not a table's name; it must match {Identifier.Pattern}.", nameof(table));

        return Registered<TimePartitioning>(services, table) is null ? services.AddTimePartitions(new TableRegistration<TimePartitioning>(table, describe)) : services;
    }

    /// <summary>As <see cref="AddTimePartitions(IServiceCollection, TimePartitioning)"/>, for several tables whose names depend on options: they are described when the host starts, or when they are first needed.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">What the tables are known by here. A name that is registered stays as it is.</param>
    /// <param name="describe">Describes the tables. A value outside its limits stops the start.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTimePartitionSet(this IServiceCollection services, string name, Func<IServiceProvider, IEnumerable<TimePartitioning>> describe)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(describe);
        return services.Any(s => s.ImplementationInstance is TimePartitionSet set && set.Name == name)
            ? services
            : services.AddSingleton(new TimePartitionSet(name, describe)).Configure<HealthCheckServiceOptions>(AddPartitionHealth);
    }

    /// <summary>Registers a table of keys that stay unique although old ones are dropped: its generations are made, turned and dropped by the maintenance.</summary>
    /// <param name="services">The services.</param>
    /// <param name="table">The table's name, without its schema. A table that is registered stays as it is.</param>
    /// <param name="describe">Describes that table, when the host starts or when it is first looked after. A value outside its limits stops the start.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static IServiceCollection AddRememberedKeys(this IServiceCollection services, string table, Func<IServiceProvider, RememberedKeys> describe)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(describe);
        RememberedKeyTables.ValidateName(table);
        if (Registered<RememberedKeys>(services, table) is null)
            services.AddSingleton(new TableRegistration<RememberedKeys>(table, describe));

        return services;
    }

    private static IServiceCollection AddTimePartitions(this IServiceCollection services, TableRegistration<TimePartitioning> table) => services
        .AddSingleton(table)
        .Configure<HealthCheckServiceOptions>(AddPartitionHealth);

    private static void AddPartitionHealth(HealthCheckServiceOptions health)
    {
        if (health.Registrations.All(static r => r.Name != TimePartitionsHealthCheck.Name))
        {
            health.Registrations.Add(new(
                TimePartitionsHealthCheck.Name,
                static provider => new TimePartitionsHealthCheck(provider.GetRequiredService<TimePartitionTables>(), provider.GetRequiredService<PartitionCatalog>()),
                failureStatus: null,
                tags: ["patterns"]));
        }
    }

    private static TableRegistration<T>? Registered<T>(IServiceCollection services, string table) =>
        services.Select(s => s.ImplementationInstance).OfType<TableRegistration<T>>().FirstOrDefault(t => t.Table == table);

    // Runs once for each call of AddPostgres.
    private static void AddHealth(HealthCheckServiceOptions options)
    {
        if (options.Registrations.All(static r => r.Name != NotificationHealth.Name))
            options.Registrations.Add(new(NotificationHealth.Name, static provider => provider.GetRequiredService<NotificationHealth>(), HealthStatus.Degraded, ["patterns"]));
    }
}
