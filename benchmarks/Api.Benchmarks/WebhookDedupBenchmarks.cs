using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.DevServers;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Api.Benchmarks;

/// <summary>
/// Receiving events, claiming them in a transaction, known duplicates, and draining, each against what one writes by hand. All statements are prepared, and the pool is as large as
/// the callers, at most 100. Payloads of 1 KiB, which Ours hashes.
/// </summary>
public sealed class WebhookDedupBenchmarks : IClosedLoopBenchmark
{
    private static readonly byte[] Payload = new byte[1024];

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 100 }.ConnectionString;
        await using var services = new ServiceCollection()
            .AddPostgres(o => o.ConnectionString = connectionString)
            .AddWebhookDedup(o => o.Handle<NothingToDo>("stripe", "*"))
            .AddSingleton<NothingToDo>()
            .AddLogging()
            .BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync();
        var (postgres, dedup) = (services.GetRequiredService<IPostgres>(), services.GetRequiredService<IWebhookDedup>());
        await using (var tables = postgres.DataSource.CreateCommand(
            """
            CREATE TABLE received_events (event_id text PRIMARY KEY, payload bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE processed_events (event_id text PRIMARY KEY, source text NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id text NOT NULL, amount bigint NOT NULL);
            """))
            await tables.ExecuteNonQueryAsync();

        loop.Rounds = Math.Min(loop.Rounds, 3);
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine, payloads of 1 KiB.");
        await loop.MeasureAsync(
            "receive",
            new Contender("Raw", () => RawReceiveAsync(postgres.DataSource, NewId())),
            new Contender("Ours", () => ReceiveAsync(dedup, NewId())));

        var known = Enumerable.Range(0, 1_000).Select(_ => NewId()).ToArray();
        foreach (var id in known)
        {
            await RawReceiveAsync(postgres.DataSource, id);
            await ReceiveAsync(dedup, id);
        }

        await loop.MeasureAsync(
            "duplicates",
            new Contender("Raw", () => RawReceiveAsync(postgres.DataSource, known[Random.Shared.Next(known.Length)])),
            new Contender("Ours", () => ReceiveAsync(dedup, known[Random.Shared.Next(known.Length)])));

        loop.Note("claim: a transaction with the claim and one INSERT, on a connection for each caller.");
        await loop.MeasureAsync(
            "claim",
            new Contender("Raw", () => RawClaimAsync(postgres.DataSource, NewId())),
            new Contender("Ours", () => ClaimAsync(postgres.DataSource, dedup, NewId())));

        await DrainBenchmark.RunAsync(loop, postgres, services.GetRequiredService<IWebhookInbox>(), dedup);
        await loop.MeasurePeersAsync("webhook-dedup.mjs", connectionString);
    }

    internal static string NewId() => $"evt_{Guid.CreateVersion7():N}";

    internal static async ValueTask ReceiveAsync(IWebhookDedup dedup, string id) => await dedup.ReceiveAsync(new WebhookEvent("stripe", id, "invoice.paid", Payload));

    private static async ValueTask RawReceiveAsync(NpgsqlDataSource source, string id)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO received_events (event_id, payload) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Text }, new NpgsqlParameter<byte[]> { TypedValue = Payload, NpgsqlDbType = NpgsqlDbType.Bytea } },
        };
        await insert.PrepareAsync();
        await insert.ExecuteScalarAsync();
    }

    private static async ValueTask RawClaimAsync(NpgsqlDataSource source, string id)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var claim = new NpgsqlCommand("INSERT INTO processed_events (event_id, source) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id", connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Text }, new NpgsqlParameter<string> { TypedValue = "stripe", NpgsqlDbType = NpgsqlDbType.Text } },
        })
        {
            await claim.PrepareAsync();
            if (await claim.ExecuteScalarAsync() is not null) await PayAsync(transaction, id);
        }

        await transaction.CommitAsync();
    }

    private static async ValueTask ClaimAsync(NpgsqlDataSource source, IWebhookDedup dedup, string id)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var receipt = await dedup.ClaimAsync(transaction, new WebhookEvent("stripe", id, "invoice.paid", Payload));
        if (receipt.Outcome == ClaimOutcome.New) await PayAsync(transaction, id);
        await transaction.CommitAsync();
    }

    private static async Task PayAsync(NpgsqlTransaction transaction, string id)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO payments (event_id, amount) VALUES ($1, $2)", transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Text }, new NpgsqlParameter<long> { TypedValue = 4_200, NpgsqlDbType = NpgsqlDbType.Bigint } },
        };
        await insert.PrepareAsync();
        await insert.ExecuteNonQueryAsync();
    }
}
