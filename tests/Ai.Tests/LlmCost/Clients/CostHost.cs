using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.LlmCost;
using Patterns.Postgres;

namespace Ai.Tests.LlmCost;

/// <summary>One process with a cost ledger, in a schema of its own with the example prices.</summary>
internal sealed class CostHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _started = [];

    private CostHost(string connectionString, string schema, Action<LlmCostOptions>? configure, TimeProvider? time)
    {
        var services = new ServiceCollection();
        if (time is not null)
            services.AddSingleton(time);
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddPostgres(o => (o.ConnectionString, o.Schema) = (connectionString, schema));
        services.AddLlmCost(configure);
        _services = services.BuildServiceProvider();
    }

    public CapturedLog Log { get; } = new();

    public ILlmCost Cost => _services.GetRequiredService<ILlmCost>();

    public ILlmCostLedger Ledger => _services.GetRequiredService<ILlmCostLedger>();

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<CostHost> NewAsync(string connectionString, Action<LlmCostOptions>? configure = null, bool example = true)
    {
        var host = new CostHost(connectionString, "c_" + Guid.CreateVersion7().ToString("N"), configure, time: null);
        await host._services.GetRequiredService<ISchema>().ApplyAsync(Ct);
        if (example)
            await host.Ledger.ImportPricesAsync(LlmPriceExample.Open(), cancellationToken: Ct);
        return host;
    }

    /// <summary>Another process on the same tables.</summary>
    public CostHost Other(Action<LlmCostOptions>? configure = null, TimeProvider? time = null, string? connectionString = null) =>
        new(connectionString ?? Postgres.DataSource.ConnectionString, Postgres.Schema.Trim('"'), configure, time);

    public async Task StartAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StartAsync(Ct);
            _started.Add(service);
        }
    }

    /// <summary>The rows that a tenant's calls were booked as, by attempt.</summary>
    public async Task<List<BookedCall>> RowsAsync(string tenant)
    {
        await Cost.FlushAsync(Ct);
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(
            "SELECT call_id, attempt, state, provider, model, tier, region, feature, user_id, run_id, response_id, buckets, reasoning, pico_usd, suspect FROM {schema}.llm_cost_calls WHERE tenant_id = $1 ORDER BY call_id, attempt"));
        command.Parameters.AddWithValue(tenant);
        await using var row = await command.ExecuteReaderAsync(Ct);
        var rows = new List<BookedCall>();
        while (await row.ReadAsync(Ct))
        {
            var buckets = row.GetFieldValue<long[]>(11);
            rows.Add(new(
                row.GetGuid(0),
                row.GetInt16(1),
                row.GetString(2),
                row.GetString(3),
                row.GetString(4),
                row.GetString(5),
                row.GetString(6),
                row.GetString(7),
                await row.IsDBNullAsync(8, Ct) ? null : row.GetString(8),
                await row.IsDBNullAsync(9, Ct) ? null : row.GetGuid(9),
                await row.IsDBNullAsync(10, Ct) ? null : row.GetString(10),
                Enum.GetValues<LlmBucket>().Where(bucket => buckets[(int)bucket] != 0).ToDictionary(static bucket => bucket, bucket => buckets[(int)bucket]),
                row.GetInt64(12),
                await row.IsDBNullAsync(13, Ct) ? null : row.GetDecimal(13),
                row.GetBoolean(14)));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_started))
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
