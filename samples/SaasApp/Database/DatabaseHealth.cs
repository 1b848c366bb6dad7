using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>Healthy while the database answers.</summary>
internal sealed class DatabaseHealth(IPostgres postgres) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var ask = postgres.DataSource.CreateCommand("SELECT 1");
            await ask.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException error)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", error);
        }
    }
}
