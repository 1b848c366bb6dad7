using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Kernel.Benchmarks;

/// <summary>
/// Group commit against one prepared statement for each caller, from a pool as large as the callers (at most 100): rows of new keys, and spends from one account, where each
/// statement waits for the one before it. Again with a flush that takes a millisecond longer, as on network disks.
/// </summary>
public sealed class GroupCommitBenchmarks : IClosedLoopBenchmark
{
    public async Task RunAsync(ClosedLoop loop)
    {
        loop.Callers = [1, 8, 64, 256, 1_024];
        loop.Rounds = Math.Min(loop.Rounds, 3);
        await RunAsync(loop, "", new DevPostgresOptions { Durable = true });
        await RunAsync(loop, ", flush + 1 ms", new DevPostgresOptions { Durable = true, Settings = { ["commit_delay"] = "1000", ["commit_siblings"] = "0" } });
        loop.Note("\"flush + 1 ms\": commit_delay = 1000 and commit_siblings = 0, so whoever flushes the write-ahead log waits 1 ms before it and collects whoever commits meanwhile.");
    }

    private static async Task RunAsync(ClosedLoop loop, string disk, DevPostgresOptions options)
    {
        await using var server = await DevServers.StartPostgresAsync(options);
        await using var database = await server.CreateDatabaseAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 100 }.ConnectionString;
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = connectionString).BuildServiceProvider();
        var postgres = services.GetRequiredService<IPostgres>();
        await using (var tables = postgres.DataSource.CreateCommand(
            """
            CREATE TABLE keys (key text COLLATE "C" PRIMARY KEY);
            CREATE TABLE accounts (id text COLLATE "C" PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
            CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL);
            INSERT INTO accounts VALUES ('hot', 1000000000000);
            """ + SpendStatement.Function))
            await tables.ExecuteNonQueryAsync();
        if (disk == "")
            loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine.");

        await using (var insert = new GroupCommit<string, bool>(postgres, new InsertStatement(), new() { OrderBy = static key => key }))
        {
            await loop.MeasureAsync(
                "insert" + disk,
                new Contender("Raw", () => RawInsertAsync(postgres.DataSource, NewKey())),
                new Contender("Ours", async () => await insert.RunAsync(NewKey())));
        }

        await loop.MeasurePeersAsync("group-commit.mjs", connectionString, ("CASE", "insert" + disk));
        await using var spend = new GroupCommit<(string Account, long Amount), long?>(postgres, new SpendStatement(), new() { OrderBy = static spend => spend.Account });
        await loop.MeasureAsync(
            "hot row" + disk,
            new Contender("Raw", () => RawSpendAsync(postgres.DataSource, "hot", 1)),
            new Contender("Ours", async () => await spend.RunAsync(("hot", 1))));
    }

    private static string NewKey() => Guid.CreateVersion7().ToString();

    private static async ValueTask RawInsertAsync(NpgsqlDataSource source, string key)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO keys (key) VALUES ($1) ON CONFLICT DO NOTHING", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = key, NpgsqlDbType = NpgsqlDbType.Text } },
        };
        await insert.PrepareAsync();
        await insert.ExecuteNonQueryAsync();
    }

    private static async ValueTask RawSpendAsync(NpgsqlDataSource source, string account, long amount)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var spend = new NpgsqlCommand(
            """
            WITH spent AS (UPDATE accounts SET balance = balance - $2 WHERE id = $1 AND balance >= $2 RETURNING id, balance)
            INSERT INTO entries (account, amount, balance) SELECT id, $2, balance FROM spent RETURNING balance
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = account, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<long> { TypedValue = amount, NpgsqlDbType = NpgsqlDbType.Bigint },
            },
        };
        await spend.PrepareAsync();
        await spend.ExecuteScalarAsync();
    }

    private sealed class InsertStatement : GroupStatement<string, bool>
    {
        public override string Name => "insert";

        public override string Sql =>
            """
            WITH inserted AS (INSERT INTO keys (key) SELECT k FROM unnest($1) k ON CONFLICT DO NOTHING RETURNING key)
            SELECT coalesce(array_agg(key), '{}') FROM inserted
            """;

        public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<string> batch) => Column<string>(parameters, 0, NpgsqlDbType.Text).AddRange(batch);

        // The new keys come back in the order in which they were sent, so one walk along both tells which they are.
        public override void Read(NpgsqlDataReader row, ReadOnlySpan<string> batch, GroupAnswers<bool> answers)
        {
            var inserted = row.GetFieldValue<string[]>(0);
            var next = 0;
            for (var i = 0; i < batch.Length; i++)
            {
                var isNew = next < inserted.Length && batch[i] == inserted[next];
                answers[i] = isNew;
                next += isNew ? 1 : 0;
            }
        }
    }

    /// <summary>Takes each account's lock once for all its spends, and goes through them in order with the balance in a variable.</summary>
    private sealed class SpendStatement : GroupStatement<(string Account, long Amount), long?>
    {
        public const string Function =
            """
            CREATE FUNCTION spend(p_accounts text[], p_amounts bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
            DECLARE
                v_account text;
                v_balance bigint;
                v_balances bigint[];
            BEGIN
                FOR i IN 1 .. cardinality(p_accounts) LOOP
                    IF v_account IS DISTINCT FROM p_accounts[i] THEN
                        UPDATE accounts SET balance = v_balance WHERE id = v_account;
                        v_account := p_accounts[i];
                        SELECT balance INTO v_balance FROM accounts WHERE id = v_account FOR UPDATE;
                    END IF;
                    IF v_balance >= p_amounts[i] THEN
                        v_balance := v_balance - p_amounts[i];
                        v_balances[i] := v_balance;
                    ELSE
                        v_balances[i] := NULL;
                    END IF;
                END LOOP;
                UPDATE accounts SET balance = v_balance WHERE id = v_account;
                INSERT INTO entries (account, amount, balance)
                SELECT s.account, s.amount, s.balance FROM unnest(p_accounts, p_amounts, v_balances) AS s (account, amount, balance) WHERE s.balance IS NOT NULL;
                RETURN v_balances;
            END $$;
            """;

        public override string Name => "spend";

        public override string Sql => "SELECT spend($1, $2)";

        public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<(string Account, long Amount)> batch)
        {
            var accounts = Column<string>(parameters, 0, NpgsqlDbType.Text);
            var amounts = Column<long>(parameters, 1, NpgsqlDbType.Bigint);
            foreach (var (account, amount) in batch)
            {
                accounts.Add(account);
                amounts.Add(amount);
            }
        }

        public override void Read(NpgsqlDataReader row, ReadOnlySpan<(string Account, long Amount)> batch, GroupAnswers<long?> answers)
        {
            var balances = row.GetFieldValue<long?[]>(0);
            for (var i = 0; i < balances.Length; i++)
                answers[i] = balances[i];
        }
    }
}
