using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.CreditLedger;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Billing.Benchmarks;

/// <summary>
/// Spends of one credit: from one account, from 64 in turn, and inside a transaction. Raw is a guarded UPDATE that feeds the INSERT of one entry, without lots and without keys; RawIdempotent is
/// the same with a unique key for each spend. All statements are prepared, and the pool is as large as the callers, at most 100.
/// </summary>
public sealed class CreditLedgerBenchmarks : IClosedLoopBenchmark
{
    private const int Accounts = 64;
    private static int _turn;

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 100 }.ConnectionString;
        await using var services = new ServiceCollection()
            .AddPostgres(o => o.ConnectionString = connectionString)
            .AddCreditLedger(o => o.Pool("paid", PoolKind.Paid))
            .AddLogging()
            .BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync();
        var (source, ledger) = (services.GetRequiredService<IPostgres>().DataSource, services.GetRequiredService<ICreditLedger>());
        await using (var tables = source.CreateCommand(
            """
            CREATE TABLE accounts (id text COLLATE "C" PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 70);
            CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE keyed_entries (key text COLLATE "C" PRIMARY KEY, account text NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
            INSERT INTO accounts SELECT 'a' || i, 1000000000000 FROM generate_series(0, 64) i;
            """))
            await tables.ExecuteNonQueryAsync();
        for (var i = 0; i <= Accounts; i++)
            await ledger.GrantAsync(new(new($"a{i}"), "first", "paid", 1_000_000_000_000));

        loop.Callers = [1, 16, 64, 256, 1_024];
        loop.Rounds = Math.Min(loop.Rounds, 3);
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine.");
        await loop.MeasureAsync(
            "one hot account",
            new Contender("Raw", () => RawAsync(source, "entries (account", "a0")),
            new Contender("RawIdempotent", () => RawAsync(source, "keyed_entries (key, account", "a0", NewKey())),
            new Contender("Ours", () => SpendAsync(ledger, "a0")));
        loop.Note("64 accounts: each call takes the next one.");
        await loop.MeasureAsync(
            "64 accounts",
            new Contender("Raw", () => RawAsync(source, "entries (account", Next())),
            new Contender("RawIdempotent", () => RawAsync(source, "keyed_entries (key, account", Next(), NewKey())),
            new Contender("Ours", () => SpendAsync(ledger, Next())));
        loop.Callers = [1, 16, 64];
        loop.Note("transaction form: BEGIN, the spend from one of 64 accounts, COMMIT, on a connection for each caller.");
        await loop.MeasureAsync(
            "transaction form",
            new Contender("Raw", () => InTransactionAsync(source, (connection, _) => RawAsync(connection, "entries (account", Next()))),
            new Contender("Ours", () => InTransactionAsync(source, async (_, transaction) =>
                Check(await ledger.SpendAsync(transaction, new(new(Next()), NewKey(), 1))))));
    }

    private static string Next() => $"a{1 + ((uint)Interlocked.Increment(ref _turn) % Accounts)}";

    private static string NewKey() => Guid.CreateVersion7().ToString("N");

    private static async ValueTask SpendAsync(ICreditLedger ledger, string account) => Check(await ledger.SpendAsync(new(new(account), NewKey(), 1)));

    private static void Check(SpendResult result)
    {
        if (result.Outcome != SpendOutcome.Spent)
            throw new InvalidOperationException(result.ToString());
    }

    private static async ValueTask RawAsync(NpgsqlDataSource source, string table, string account, string? key = null)
    {
        await using var connection = await source.OpenConnectionAsync();
        await RawAsync(connection, table, account, key);
    }

    private static async ValueTask RawAsync(NpgsqlConnection connection, string table, string account, string? key = null)
    {
        await using var spend = new NpgsqlCommand(
            $"""
            WITH spent AS (UPDATE accounts SET balance = balance - $2 WHERE id = $1 AND balance >= $2 RETURNING id, balance)
            INSERT INTO {table}, amount, balance) SELECT {(key is null ? "" : "$3, ")}id, $2, balance FROM spent RETURNING balance
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = account, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<long> { TypedValue = 1, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        if (key is not null)
            spend.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key, NpgsqlDbType = NpgsqlDbType.Text });
        await spend.PrepareAsync();
        if (await spend.ExecuteScalarAsync() is null)
            throw new InvalidOperationException("There was too little.");
    }

    private static async ValueTask InTransactionAsync(NpgsqlDataSource source, Func<NpgsqlConnection, NpgsqlTransaction, ValueTask> work)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await work(connection, transaction);
        await transaction.CommitAsync();
    }
}
