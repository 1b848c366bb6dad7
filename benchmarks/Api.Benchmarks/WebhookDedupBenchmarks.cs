using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.DevServers;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace Api.Benchmarks;

/// <summary>
/// A claim in a transaction with one business insert, against the claim that one writes by hand: <c>INSERT ... ON CONFLICT DO NOTHING RETURNING</c>
/// in the same place. Both prepared, both from a pool as large as the callers. Payloads of 1 KiB, which Ours hashes.
/// </summary>
public sealed class WebhookDedupBenchmarks : IClosedLoopBenchmark
{
    private static readonly byte[] Payload = new byte[1024];

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 90 }.ConnectionString;
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = connectionString).AddWebhookDedup().BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync();
        var (postgres, dedup) = (services.GetRequiredService<IPostgres>(), services.GetRequiredService<IWebhookDedup>());
        await using (var tables = postgres.DataSource.CreateCommand(
            """
            CREATE TABLE processed_events (event_id text PRIMARY KEY, source text NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id text NOT NULL, amount bigint NOT NULL)
            """))
            await tables.ExecuteNonQueryAsync();

        loop.Callers = [1, 16, 64];
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine. Each operation is a transaction: claim, one INSERT if the event is new, commit.");
        await loop.MeasureAsync(
            "claim",
            new Contender("Raw", () => RawAsync(postgres.DataSource, NewId())),
            new Contender("Ours", () => OursAsync(postgres.DataSource, dedup, NewId())));

        var known = Enumerable.Range(0, 1_000).Select(_ => NewId()).ToArray();
        foreach (var id in known)
        {
            await RawAsync(postgres.DataSource, id);
            await OursAsync(postgres.DataSource, dedup, id);
        }

        await loop.MeasureAsync(
            "duplicates",
            new Contender("Raw", () => RawAsync(postgres.DataSource, known[Random.Shared.Next(known.Length)])),
            new Contender("Ours", () => OursAsync(postgres.DataSource, dedup, known[Random.Shared.Next(known.Length)])));
    }

    private static string NewId() => $"evt_{Guid.CreateVersion7():N}";

    private static async ValueTask RawAsync(NpgsqlDataSource source, string id)
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

    private static async ValueTask OursAsync(NpgsqlDataSource source, IWebhookDedup dedup, string id)
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
