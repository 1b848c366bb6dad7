using System.Diagnostics;
using System.Globalization;
using System.Text;
using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.DevServers;
using Patterns.LlmCost;
using Patterns.Postgres;

namespace Ai.Benchmarks;

/// <summary>
/// Books calls of 64 tenants with three models each. Raw is what one writes by hand: one prepared INSERT and one prepared UPSERT of the roll-up for each call, sent together in one round trip and committed together.
/// </summary>
public partial class LlmCostBenchmarks : IClosedLoopBenchmark
{
    private const int Tenants = 64;
    private static readonly string[] Models = ["gpt-5", "gpt-5-mini", "claude-sonnet-4-5"];
    private const string Prices =
        """
        {"format":"patterns-llm-prices-1","published":"2026-01-01","prices":[
            {"provider":"openai","models":["gpt-5","gpt-5-mini"],"from":"2026-01-01","usd_per_million":{"input":1.25,"cache_read":0.125,"output":10}},
            {"provider":"anthropic","models":["claude-sonnet-4-5"],"from":"2026-01-01","usd_per_million":{"input":3,"cache_read":0.3,"output":15}}]}
        """;

    private static int _turn;

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 100 }.ConnectionString;
        var spill = Directory.CreateTempSubdirectory("spill-").FullName;
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = connectionString).AddLlmCost(o => o.SpillFolder = spill).AddLogging().BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync();
        using (var prices = new MemoryStream(Encoding.UTF8.GetBytes(Prices)))
            await services.GetRequiredService<ILlmCostLedger>().ImportPricesAsync(prices);
        var source = services.GetRequiredService<IPostgres>().DataSource;
        var cost = services.GetRequiredService<ILlmCost>();
        await using (var tables = source.CreateCommand(
            """
            CREATE TABLE raw_calls (
                tenant_id text COLLATE "C" NOT NULL, call_id uuid NOT NULL, attempt smallint NOT NULL, state text NOT NULL, provider text NOT NULL, model text NOT NULL, tier text NOT NULL,
                region text NOT NULL, feature text NOT NULL, user_id text, run_id uuid, started_at timestamptz NOT NULL, response_id text, buckets bigint[] NOT NULL, reasoning bigint NOT NULL,
                pico_usd numeric(38, 0), suspect boolean NOT NULL, PRIMARY KEY (tenant_id, call_id, attempt));
            CREATE TABLE raw_daily (
                tenant_id text COLLATE "C" NOT NULL, day date NOT NULL, provider text COLLATE "C" NOT NULL, model text COLLATE "C" NOT NULL, feature text COLLATE "C" NOT NULL, tier text COLLATE "C" NOT NULL,
                calls bigint NOT NULL, input bigint NOT NULL, cache_read bigint NOT NULL, cache_write_5m bigint NOT NULL, cache_write_1h bigint NOT NULL, input_audio bigint NOT NULL,
                input_image bigint NOT NULL, output bigint NOT NULL, output_audio bigint NOT NULL, output_image bigint NOT NULL, web_search bigint NOT NULL, container_second bigint NOT NULL,
                cache_storage_mtok_hour bigint NOT NULL, pico_usd numeric(38, 0) NOT NULL, PRIMARY KEY (tenant_id, day, provider, model, feature, tier)) WITH (fillfactor = 70)
            """))
            await tables.ExecuteNonQueryAsync();

        loop.Rounds = Math.Min(loop.Rounds, 5);
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine. {Tenants} tenants in turn, three models.");
        await loop.MeasureAsync("record", new Contender("Raw", () => RawAsync(source, Next())), new Contender("Ours", () => cost.RecordAsync(Next())));
        loop.Callers = [64];
        await loop.MeasureAsync("one tenant, one model", new Contender("Raw", () => RawAsync(source, Call(0, 0))), new Contender("Ours", () => cost.RecordAsync(Call(0, 0))));
        loop.Note(await QueueAsync(cost));
    }

    private static async Task<string> QueueAsync(ILlmCost cost)
    {
        const int calls = 50_000;
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            await cost.QueueAsync(Next());
        var queued = Stopwatch.GetElapsedTime(started);
        await cost.FlushAsync();
        var booked = Stopwatch.GetElapsedTime(started);
        return string.Create(CultureInfo.InvariantCulture, $"One caller queued {calls:N0} calls in {queued.TotalSeconds:0.00} s; they were committed {booked.TotalSeconds:0.00} s after the first, {calls / booked.TotalSeconds:N0} rows/s.");
    }

    private static LlmCall Next()
    {
        var turn = (uint)Interlocked.Increment(ref _turn);
        return Call(turn % Tenants, turn / Tenants % 3);
    }

    private static LlmCall Call(uint tenant, uint model) =>
        new($"tenant-{tenant:00}", Guid.CreateVersion7(), model == 2 ? "anthropic" : "openai", Models[model], new() { Input = 1_204, CacheRead = 8_192, Output = 412, Reasoning = 128 })
        {
            Feature = "summaries", UserId = "usr_4711", ResponseId = "resp_0123456789abcdef0123456789abcdef",
        };

    private static async ValueTask RawAsync(NpgsqlDataSource source, LlmCall call)
    {
        await using var connection = await source.OpenConnectionAsync();
        var insert = new NpgsqlBatchCommand(
            """
            INSERT INTO raw_calls (tenant_id, call_id, attempt, state, provider, model, tier, region, feature, user_id, run_id, started_at, response_id, buckets, reasoning, pico_usd, suspect)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """);
        var startedAt = TimeProvider.System.GetUtcNow().UtcDateTime;
        var usage = call.Usage;
        Add(insert, call.TenantId, NpgsqlDbType.Text);
        Add(insert, call.CallId, NpgsqlDbType.Uuid);
        Add(insert, (short)call.Attempt, NpgsqlDbType.Smallint);
        Add(insert, "settled", NpgsqlDbType.Text);
        Add(insert, call.Provider, NpgsqlDbType.Text);
        Add(insert, call.Model, NpgsqlDbType.Text);
        Add(insert, call.Tier, NpgsqlDbType.Text);
        Add(insert, call.Region, NpgsqlDbType.Text);
        Add(insert, call.Feature, NpgsqlDbType.Text);
        Add(insert, call.UserId!, NpgsqlDbType.Text);
        Add(insert, call.RunId, NpgsqlDbType.Uuid);
        Add(insert, startedAt, NpgsqlDbType.TimestampTz);
        Add(insert, call.ResponseId!, NpgsqlDbType.Text);
        Add(insert, Counts(usage), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        Add(insert, usage.Reasoning, NpgsqlDbType.Bigint);
        Add(insert, 5_625_250_000m, NpgsqlDbType.Numeric);
        Add(insert, false, NpgsqlDbType.Boolean);
        var upsert = new NpgsqlBatchCommand(
            """
            INSERT INTO raw_daily AS d VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
                calls = d.calls + 1, input = d.input + excluded.input, cache_read = d.cache_read + excluded.cache_read, cache_write_5m = d.cache_write_5m + excluded.cache_write_5m,
                cache_write_1h = d.cache_write_1h + excluded.cache_write_1h, input_audio = d.input_audio + excluded.input_audio, input_image = d.input_image + excluded.input_image,
                output = d.output + excluded.output, output_audio = d.output_audio + excluded.output_audio, output_image = d.output_image + excluded.output_image,
                web_search = d.web_search + excluded.web_search, container_second = d.container_second + excluded.container_second,
                cache_storage_mtok_hour = d.cache_storage_mtok_hour + excluded.cache_storage_mtok_hour, pico_usd = d.pico_usd + excluded.pico_usd
            """);
        Add(upsert, call.TenantId, NpgsqlDbType.Text);
        Add(upsert, DateOnly.FromDateTime(startedAt), NpgsqlDbType.Date);
        Add(upsert, call.Provider, NpgsqlDbType.Text);
        Add(upsert, call.Model, NpgsqlDbType.Text);
        Add(upsert, call.Feature, NpgsqlDbType.Text);
        Add(upsert, call.Tier, NpgsqlDbType.Text);
        foreach (var count in Counts(usage))
            Add(upsert, count, NpgsqlDbType.Bigint);
        Add(upsert, 5_625_250_000m, NpgsqlDbType.Numeric);

        // Without BEGIN and COMMIT of its own a batch is one transaction and one round trip.
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { insert, upsert } };
        await batch.PrepareAsync();
        await batch.ExecuteNonQueryAsync();
    }

    private static long[] Counts(LlmUsage usage) => [.. Enumerable.Range(0, LlmUsage.BucketCount).Select(bucket => usage[(LlmBucket)bucket])];

    private static void Add<T>(NpgsqlBatchCommand command, T value, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
}
