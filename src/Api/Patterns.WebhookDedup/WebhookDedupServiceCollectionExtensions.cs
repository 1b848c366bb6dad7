using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the deduplication of webhooks.</summary>
public static class WebhookDedupServiceCollectionExtensions
{
    private const string HealthName = "patterns_webhook_dedup";
    private const string Events = "webhook_dedup_events";
    private const string Keys = "webhook_dedup_keys";

    /// <summary>
    /// Adds <see cref="IWebhookDedup"/> and <see cref="IWebhookInbox"/> as singletons, the hosted services that drain and maintain the inbox, the health check
    /// <c>patterns_webhook_dedup</c>, and the tables to those that <see cref="PostgresServiceCollectionExtensions.AddPostgres"/> installs. Uses the <c>NpgsqlDataSource</c> of the container, or the connection string given to <c>AddPostgres</c>. May be called several times; sources and handlers add up.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options. They are checked when the host starts, and a failure names the option and the remedy.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddWebhookDedup(this IServiceCollection services, Action<WebhookDedupOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<WebhookDedupOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WebhookDedupOptions>, WebhookDedupOptionsValidator>());
        services.TryAddSingleton<SourceMap>();
        services.TryAddSingleton<WakeSignal>();
        services.AddGroupCommit(static provider => new GroupCommit<ReceiveRequest, Claim>(
            provider.GetRequiredService<IPostgres>(),
            ActivatorUtilities.CreateInstance<ReceiveStatement>(provider),
            WebhookIntake.Options(provider.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton<WebhookIntake>();
        services.TryAddSingleton<WebhookAttempt>();
        services.TryAddSingleton<WebhookDrain>();
        services.TryAddSingleton<IWebhookDedup, PostgresWebhookDedup>();
        services.TryAddSingleton<IWebhookInbox, PostgresWebhookInbox>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DrainService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, UpkeepService>());
        services.Configure<HealthCheckServiceOptions>(static health =>
        {
            if (!health.Registrations.Any(static registration => registration.Name == HealthName))
                health.Registrations.Add(new(HealthName, static provider => ActivatorUtilities.CreateInstance<InboxHealth>(provider), failureStatus: null, tags: ["patterns"]));
        });
        return services
            .AddPostgres()
            .AddSchemaScripts("webhook_dedup", typeof(IWebhookDedup).Assembly)
            .AddTimePartitions(Events, static provider =>
            {
                var undone = ActivatorUtilities.CreateInstance<UndoneEvents>(provider);
                return new TimePartitioning(Events, PartitionInterval.Day, OptionsOf(provider).KeepPayloadFor) { OnDetached = undone.MoveAsync };
            })
            .AddRememberedKeys(Keys, static provider => new RememberedKeys(Keys, "webhook_dedup_clock", OptionsOf(provider).RememberFor));
    }

    private static WebhookDedupOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<WebhookDedupOptions>>().Value;
}
