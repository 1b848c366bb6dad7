using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Patterns.Postgres;

internal sealed class NotificationHealth(NotificationListener listener) : IHealthCheck
{
    public const string Name = "patterns_notifications";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(listener.State switch
    {
        ListenerState.Lost => HealthCheckResult.Degraded("The connection that listens for notifications is lost. It is being replaced, and subscribers then read the state."),
        ListenerState.Deaf => HealthCheckResult.Degraded(
            "Notifications do not arrive, as behind a transaction pooler: subscribers read the state every few seconds instead. Set PostgresOptions.SessionConnectionString to an address that passes the pooler by."),
        _ => HealthCheckResult.Healthy(),
    });
}
