using System.Diagnostics;
using Harness;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Api.Benchmarks;

/// <summary>
/// Emptying a full inbox with eight handlers that do nothing, against the loop that one writes by hand: lease one event, commit, run the handler in a transaction of its own that also
/// marks the event as done, commit.
/// </summary>
internal static class DrainBenchmark
{
    private const int Workers = 8;

    public static async Task RunAsync(ClosedLoop loop, IPostgres postgres, IWebhookInbox inbox, IWebhookDedup dedup)
    {
        loop.Note($"drain: {Workers} handlers without work; events per second until the inbox is empty.");
        await ExecuteAsync(postgres, """
            CREATE TABLE inbox (event_id text PRIMARY KEY, payload bytea NOT NULL, state text NOT NULL DEFAULT 'pending', attempts int NOT NULL DEFAULT 0, lease_until timestamptz NOT NULL DEFAULT '-infinity');
            CREATE INDEX ON inbox (lease_until) WHERE state = 'pending'
            """);
        await ExecuteAsync(postgres, postgres.Sql("TRUNCATE {schema}.webhook_dedup_events"));

        var events = loop.Rounds == 1 ? 200 : 4_000;
        var (raw, ours) = (new List<double>(), new List<double>());
        for (var round = 0; round < Math.Min(loop.Rounds, 5) + 1; round++)
        {
            await ExecuteAsync(postgres, $"INSERT INTO inbox (event_id, payload) SELECT gen_random_uuid()::text, convert_to(repeat('x', 1024), 'UTF8') FROM generate_series(1, {events})");
            raw.Add(await RateAsync(events, () => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => RawAsync(postgres.DataSource)))));
            await Parallel.ForAsync(0, events, new ParallelOptions { MaxDegreeOfParallelism = 256 }, async (_, _) => await WebhookDedupBenchmarks.ReceiveAsync(dedup, WebhookDedupBenchmarks.NewId()));
            ours.Add(await RateAsync(events, async () => await inbox.DrainOnceAsync()));
        }

        loop.Add([Median("Raw", raw), Median("Ours", ours)]);
    }

    private static async Task<double> RateAsync(int events, Func<Task> drain)
    {
        var started = Stopwatch.GetTimestamp();
        await drain();
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The first round warms up.</summary>
    private static Measurement Median(string subject, List<double> rates)
    {
        var sorted = rates.Skip(1).Order().ToArray();
        var measurement = new Measurement("drain", Workers, subject, sorted[sorted.Length / 2]);
        Console.WriteLine($"drain, {subject}: {measurement.OpsPerSecond:N0}/s");
        return measurement;
    }

    private static async Task RawAsync(NpgsqlDataSource source)
    {
        while (await LeaseAsync(source) is { } id)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var done = new NpgsqlCommand("UPDATE inbox SET state = 'done' WHERE event_id = $1", connection, transaction) { Parameters = { Text(id) } };
            await done.PrepareAsync();
            await done.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    private static async Task<string?> LeaseAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var lease = new NpgsqlCommand(
            """
            UPDATE inbox SET lease_until = now() + interval '5 minutes', attempts = attempts + 1
            WHERE event_id = (SELECT event_id FROM inbox WHERE state = 'pending' AND lease_until < now() ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING event_id, payload
            """, connection);
        await lease.PrepareAsync();
        await using var reader = await lease.ExecuteReaderAsync();
        return await reader.ReadAsync() ? reader.GetString(0) : null;
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static async Task ExecuteAsync(IPostgres postgres, string sql)
    {
        await using var command = postgres.DataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }
}
