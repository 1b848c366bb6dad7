using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.RlsSession;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers scoped sessions.</summary>
public static class RlsSessionServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IRlsSession"/>, <see cref="ITenantAccessor"/> and <see cref="TenantDataSource"/> as singletons, the start that installs the functions and verifies the roles, the health check
    /// <c>patterns_rls</c> for applications that call <c>AddHealthChecks</c>, and the package's table to those that <c>AddPostgres</c> installs. May be called several times.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRlsSession(this IServiceCollection services, Action<RlsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<RlsOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.AddPostgres().AddSchemaScripts("rls_session", typeof(IRlsSession).Assembly);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RlsOptions>, RlsOptionsValidator>());
        services.TryAddSingleton<ScopedSource>();
        services.TryAddSingleton<ScopeStatement>();
        services.TryAddSingleton<ITenantAccessor, TenantAccessor>();
        services.TryAddSingleton<IRlsSession, PostgresRlsSession>();
        services.TryAddSingleton(static provider => new TenantDataSource(
            provider.GetRequiredService<ScopedSource>(), provider.GetRequiredService<ScopeStatement>(), provider.GetRequiredService<ITenantAccessor>()));
        services.TryAddSingleton<FunctionInstaller>();
        services.TryAddSingleton<RlsFacts>();
        services.Configure<HealthCheckServiceOptions>(AddHealth);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RlsStartup>());
        return services;
    }

    // Runs once for each call of AddRlsSession.
    private static void AddHealth(HealthCheckServiceOptions options)
    {
        if (options.Registrations.All(static r => r.Name != RlsHealthCheck.Name))
            options.Registrations.Add(new(RlsHealthCheck.Name, static provider => new RlsHealthCheck(provider.GetRequiredService<RlsFacts>()), failureStatus: null, tags: ["patterns"]));
    }
}
