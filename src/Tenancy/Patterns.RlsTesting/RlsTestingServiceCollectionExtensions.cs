using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Patterns.RlsTesting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds an audit of row-level security to a host.</summary>
public static class RlsTestingServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="RlsAudit"/> over the container's <see cref="NpgsqlDataSource"/>, for a host that runs it as a job. A test needs no container: it calls
    /// <see cref="RlsAudit.For"/>. Called again, it changes nothing. What the audit was told is checked when it is first asked for.
    /// </summary>
    /// <param name="services">The container's services, with an <see cref="NpgsqlDataSource"/> of somebody who may do what <see cref="RlsAudit.For"/> says.</param>
    /// <param name="configure">Says what is audited and as whom; <see cref="RlsAuditBuilder.Roles"/> at least.</param>
    public static IServiceCollection AddRlsTesting(this IServiceCollection services, Action<RlsAuditBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(provider =>
        {
            var audit = RlsAudit.For(provider.GetRequiredService<NpgsqlDataSource>());
            configure(audit);
            return audit.Build();
        });
        return services;
    }
}
