using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Kernel.Benchmarks;

/// <summary>A transaction with one insert through <see cref="IPostgres.RunAsync{T}"/>, against the same one written by hand.</summary>
public sealed class PostgresBenchmarks : IClosedLoopBenchmark
{
    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 90 }.ConnectionString;
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = connectionString).BuildServiceProvider();
        var postgres = services.GetRequiredService<IPostgres>();
        await using (var table = postgres.DataSource.CreateCommand("CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint NOT NULL)"))
            await table.ExecuteNonQueryAsync();

        loop.Callers = [1, 16, 64];
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine. Each operation is a transaction with one prepared INSERT.");
        await loop.MeasureAsync(
            "transaction",
            new Contender("Raw", () => RawAsync(postgres.DataSource)),
            new Contender("Ours", () => postgres.RunAsync(static (transaction, _) => PayAsync(transaction))));
        await loop.MeasureAsync(
            "transaction, commit verified",
            new Contender("Raw", () => RawAsync(postgres.DataSource)),
            new Contender("Ours", () => postgres.RunAsync(static (transaction, _) => PayAsync(transaction), new RunOptions { VerifyCommit = true })));
    }

    private static async ValueTask RawAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await PayAsync(transaction);
        await transaction.CommitAsync();
    }

    private static async ValueTask PayAsync(NpgsqlTransaction transaction)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO payments (amount) VALUES ($1)", transaction.Connection, transaction)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = 4_200, NpgsqlDbType = NpgsqlDbType.Bigint } },
        };
        await insert.PrepareAsync();
        await insert.ExecuteNonQueryAsync();
    }
}
