using Microsoft.Extensions.Diagnostics.HealthChecks;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>Degraded when events wait for longer than five minutes, or any died in the last hour.</summary>
internal sealed class InboxHealth(IPostgres postgres) : IHealthCheck
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly InboxStatement _statement = new(postgres);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var reading = await _statement.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["pending"] = reading.Pending,
            ["oldest_pending_seconds"] = Math.Round(reading.OldestPending.TotalSeconds),
            ["dead"] = reading.Dead,
            ["dead_last_hour"] = reading.DeadLately,
        };
        if (reading.DeadLately > 0)
            return HealthCheckResult.Degraded($"{reading.DeadLately} webhook events died in the last hour. IWebhookInbox.ListAsync shows their errors, RedriveAsync revives them.", data: data);
        if (reading.OldestPending > LongestWait)
            return HealthCheckResult.Degraded($"{reading.Pending} webhook events wait, the oldest for {reading.OldestPending.TotalMinutes:0} minutes. Does a process with handlers for their source run?", data: data);

        return HealthCheckResult.Healthy(data: data);
    }
}
