using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the deduplication of webhooks.</summary>
public static class WebhookDedupServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IWebhookDedup"/> as a singleton, and its tables to those that <see cref="PostgresServiceCollectionExtensions.AddPostgres"/> installs. Uses the <c>NpgsqlDataSource</c> of the
    /// container, or the connection string given to <c>AddPostgres</c>. May be called several times; sources add up.
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
        services.TryAddSingleton<IWebhookDedup, PostgresWebhookDedup>();
        return services
            .AddPostgres()
            .AddSchemaScripts("webhook_dedup", typeof(IWebhookDedup).Assembly)
            .AddTimePartitions(new TimePartitioning("webhook_dedup_events", PartitionInterval.Day, Keep: TimeSpan.FromDays(14)));
    }
}
