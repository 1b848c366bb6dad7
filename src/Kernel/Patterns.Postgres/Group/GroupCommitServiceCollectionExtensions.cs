using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Patterns.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers groups.</summary>
public static class GroupCommitServiceCollectionExtensions
{
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
