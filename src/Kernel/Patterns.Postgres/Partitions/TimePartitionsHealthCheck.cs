using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Patterns.Postgres;

/// <summary>Unhealthy when a registered table has no partition for now, Degraded when it will soon have none or its default partition holds rows.</summary>
internal sealed class TimePartitionsHealthCheck(TimePartitionTables tables, PartitionCatalog catalog) : IHealthCheck
{
    public const string Name = "patterns_time_partitions";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (now, partitions) = await catalog.ReadAsync(tables.All.Select(t => t.Table), cancellationToken).ConfigureAwait(false);
        var missing = new List<string>();
        var scarce = new List<string>();
        foreach (var table in tables.All)
        {
            var own = partitions.Where(p => p.Table == table.Table).ToList();
            var ahead = own.Count(p => !p.IsDefault && p.From > now);
            if (!own.Exists(p => p.Holds(now)))
                missing.Add($"{table.Table} has no partition for now");
            else if (ahead * 2 < table.Ahead)
                scarce.Add($"{table.Table} has {ahead} of {table.Ahead} future partitions");

            if (own.Find(p => p.IsDefault) is { } rest && await catalog.CountAsync(rest, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                scarce.Add($"{table.Table} has {count} rows in its default partition {rest.Name}");
        }

        string[] findings = [.. missing, .. scarce];
        return missing.Count > 0 ? HealthCheckResult.Unhealthy(string.Join("; ", findings))
            : scarce.Count > 0 ? new HealthCheckResult(HealthStatus.Degraded, string.Join("; ", findings))
            : HealthCheckResult.Healthy();
    }
}
