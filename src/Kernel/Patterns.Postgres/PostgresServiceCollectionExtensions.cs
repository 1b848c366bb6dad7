using System.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IPostgres"/> and what packages bring to it.</summary>
public static class PostgresServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IPostgres"/>, <see cref="ISchema"/> and <see cref="ITimePartitions"/>. Uses the <c>NpgsqlDataSource</c> of the container if there is one, else
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
        services.TryAddSingleton<TimePartitions>();
        services.TryAddSingleton<ITimePartitions>(provider => provider.GetRequiredService<TimePartitions>());
        services.TryAddSingleton<IPostgres, PostgresRunner>();
        services.TryAddSingleton<ISchema, SchemaInstaller>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresStartup>());
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

    /// <summary>Says how a RANGE-partitioned table of the family's schema is split, so that a write that finds no partition makes it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="table">The table.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">A value is outside its limits, or the table is registered with others.</exception>
    public static IServiceCollection AddTimePartitions(this IServiceCollection services, TimePartitioning table)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(table);
        if (!Identifier.IsValid(table.Table))
            throw new ArgumentException($"'{table.Table}' is not a table's name; it must match {Identifier.Pattern}.", nameof(table));
        if (table.Ahead is < 1 or > 366)
            throw new ArgumentException($"TimePartitioning.Ahead of '{table.Table}' is {table.Ahead}; it must be 1 to 366.", nameof(table));
        if (table.Keep <= TimeSpan.Zero)
            throw new ArgumentException($"TimePartitioning.Keep of '{table.Table}' is {table.Keep}; it must be more than 0.", nameof(table));

        var known = services.Select(s => s.ImplementationInstance).OfType<TimePartitioning>().FirstOrDefault(t => t.Table == table.Table);
        if (known is null)
            services.AddSingleton(table);
        else if (known != table)
            throw new ArgumentException($"Table '{table.Table}' is already registered with other partitions: {known}.", nameof(table));

        return services;
    }

    /// <summary>
    /// Adds a <see cref="GroupCommit{TRequest, TResult}"/> as a singleton. When the host stops, after every hosted service has stopped, it takes no more calls and sends what
    /// is queued. May be called twice; the first one counts.
    /// </summary>
    /// <typeparam name="TRequest">What a caller asks: a type of the package's own.</typeparam>
    /// <typeparam name="TResult">What a caller is told.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="create">Makes the group.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddGroupCommit<TRequest, TResult>(this IServiceCollection services, Func<IServiceProvider, GroupCommit<TRequest, TResult>> create)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(create);
        services.TryAddSingleton(create);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GroupDrain<TRequest, TResult>>());
        return services;
    }
}
