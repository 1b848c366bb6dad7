using System.Reflection;
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
    public static IServiceCollection AddPostgres(this IServiceCollection services, Action<PostgresOptions>? configure = null) => throw new InvalidOperationException();

    /// <summary>Adds the scripts <c>Schema/NNNN_name.sql</c> that are embedded in an assembly, numbered from 0001 without gaps.</summary>
    /// <param name="services">The services.</param>
    /// <param name="package">The name under which they are recorded, such as <c>webhook_dedup</c>: <c>^[a-z_][a-z0-9_]{0,62}$</c>.</param>
    /// <param name="assembly">The assembly.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSchemaScripts(this IServiceCollection services, string package, Assembly assembly) => throw new InvalidOperationException();

    /// <summary>Says how a RANGE-partitioned table of the family's schema is split, so that a write that finds no partition makes it.</summary>
    /// <param name="services">The services.</param>
    /// <param name="table">The table.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddTimePartitions(this IServiceCollection services, TimePartitioning table) => throw new InvalidOperationException();
}
