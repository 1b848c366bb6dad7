using Harness;
using Npgsql;
using Patterns.DevServers;
using Patterns.RlsTesting;

namespace Tenancy.Benchmarks;

/// <summary>
/// The leak matrix over 100 protected tables. Raw is a test by hand for exactly these tables: the rows in one batch, and for each identity and table one batch of the same statements,
/// each between a savepoint and its rollback; it guesses nothing, reads no catalogue and judges nothing.
/// </summary>
public sealed class RlsTestingBenchmarks : IClosedLoopBenchmark
{
    private const int Tables = 100;
    private const string A = "00000000-0000-0000-0000-00000000000a";
    private const string B = "00000000-0000-0000-0000-00000000000b";
    private const string C = "00000000-0000-0000-0000-00000000000c";

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync();
        await using var database = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var schema = source.CreateCommand(string.Concat(Enumerable.Range(0, Tables).Select(Table).Prepend("CREATE ROLE benchmark_app; CREATE ROLE benchmark_anon; GRANT USAGE ON SCHEMA public TO benchmark_app;"))))
            await schema.ExecuteNonQueryAsync();
        var audit = RlsAudit.For(source).Roles("benchmark_app", "benchmark_anon").As(Identity.Setting("app.tenant_id", "a"), Identity.Setting("app.tenant_id", "b")).Build();

        loop.Callers = [1];
        loop.RoundTime = TimeSpan.FromSeconds(Math.Max(loop.RoundTime.TotalSeconds, 5));
        loop.Note($"PostgreSQL {server.Version}, client and server on one machine. A call is a whole matrix over {Tables} tables, rolled back.");
        await loop.MeasureAsync(
            $"matrix of {Tables} tables",
            new Contender("Raw", () => RawAsync(source)),
            new Contender("Ours", async () => (await audit.ProbeAsync()).ThrowIfUnsafe()));
    }

    private static string Table(int i) =>
        $"""
        CREATE TABLE t{i} (tenant_id text NOT NULL, id uuid NOT NULL, name text NOT NULL, state text NOT NULL CHECK (state IN ('open', 'closed')), amount numeric(12, 2) NOT NULL,
            at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id));
        ALTER TABLE t{i} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY pin ON t{i} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
        GRANT SELECT, INSERT, UPDATE, DELETE ON t{i} TO benchmark_app;

        """;

    private static async ValueTask RawAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var rows = new NpgsqlBatch(connection, transaction))
        {
            for (var i = 0; i < Tables; i++)
            {
                rows.BatchCommands.Add(new($"INSERT INTO t{i} (tenant_id, id, name, state, amount) VALUES ('a', '{A}', 'a', 'open', 1)"));
                rows.BatchCommands.Add(new($"INSERT INTO t{i} (tenant_id, id, name, state, amount) VALUES ('b', '{B}', 'b', 'open', 1)"));
            }

            await rows.ExecuteNonQueryAsync();
        }

        foreach (var (tenant, role) in new[] { ("", "app"), ("a", "app"), ("b", "app"), ("c", "app"), ("", "app"), ("", "anon") })
        {
            await using (var scope = new NpgsqlCommand($"SAVEPOINT identity; SET LOCAL ROLE benchmark_{role}; SET LOCAL app.tenant_id = '{tenant}'", connection))
                await scope.ExecuteNonQueryAsync();
            for (var i = 0; i < Tables; i++)
                await ProbeAsync(connection, tenant is "a" or "b" ? AsTenant($"t{i}", tenant, tenant == "a" ? "b" : "a") : Foreign($"t{i}", "b", "tenant_id IN ('a', 'b')", "a"));
            await using var back = new NpgsqlCommand("ROLLBACK TO SAVEPOINT identity", connection);
            await back.ExecuteNonQueryAsync();
        }
    }

    /// <summary>What is refused is refused: with an error barrier after each statement the batch goes on.</summary>
    private static async Task ProbeAsync(NpgsqlConnection connection, IEnumerable<string> statements)
    {
        await using var batch = new NpgsqlBatch(connection) { EnableErrorBarriers = true };
        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(new("SAVEPOINT probe"));
            batch.BatchCommands.Add(new(statement));
            batch.BatchCommands.Add(new("ROLLBACK TO SAVEPOINT probe"));
        }

        try
        {
            await batch.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // Several of the statements are refused, as they should be.
        }
    }

    private static List<string> AsTenant(string table, string own, string other)
    {
        var (ownId, otherId) = own == "a" ? (A, B) : (B, A);
        var mine = $"tenant_id = '{own}' AND id = '{ownId}'";
        return
        [
            .. Foreign(table, own, $"tenant_id = '{other}' AND id = '{otherId}'", other),
            $"INSERT INTO {table} (tenant_id, id, name, state, amount) VALUES ('{own}', '{otherId}', 'x', 'open', 1)",
            $"UPDATE {table} SET tenant_id = '{other}'",
            $"SELECT 1 FROM {table} LIMIT 1",
            $"SELECT 1 FROM {table} WHERE {mine}",
            $"INSERT INTO {table} (tenant_id, id, name, state, amount) VALUES ('{own}', '{C}', 'x', 'open', 1)",
            $"UPDATE {table} SET name = 'x' WHERE {mine}",
            $"DELETE FROM {table} WHERE {mine}",
        ];
    }

    private static List<string> Foreign(string table, string self, string rows, string other) =>
    [
        $"SELECT 1 FROM {table} WHERE {rows}",
        $"SELECT count(*) FROM {table} WHERE tenant_id = '{other}' HAVING count(*) > 0",
        $"SELECT 1 FROM {table} WHERE {rows} FOR UPDATE",
        $"INSERT INTO {table} (tenant_id, id, name, state, amount) VALUES ('{other}', '{C}', 'x', 'open', 1)",
        $"UPDATE {table} SET tenant_id = '{self}' WHERE {rows}",
        $"DELETE FROM {table} WHERE {rows}",
        $"INSERT INTO {table} (tenant_id, id, name, state, amount) VALUES ('{other}', '{(other == "a" ? A : B)}', 'x', 'open', 1) ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = '{self}'",
        $"UPDATE {table} SET tenant_id = '{self}' WHERE (tenant_id IS NULL) IS NOT NULL",
        $"UPDATE {table} SET tenant_id = '{self}'",
        $"DELETE FROM {table} WHERE (tenant_id IS NULL) IS NOT NULL",
        $"DELETE FROM {table}",
    ];
}
