using Dapper;
using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>
/// 64 callers of 64 tenants share a few connections, while statements fail, calls are cancelled and backends are killed. PATTERNS_LONG=1 runs 20,000 statements; a failure names its seed.
/// </summary>
public abstract class StormTests(Func<Route> route)
{
    private const int Callers = 64;
    private static readonly int Statements = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 20_000 : 3_000;

    [Fact]
    [Guarantee("RlsSession", 1)]
    [Guarantee("RlsSession", 2)]
    public async Task No_tenant_ever_meets_a_row_or_a_connection_of_another()
    {
        var seed = Random.Shared.Next();
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=4;Timeout=60", seed: "GRANT pg_signal_backend TO {role};");
        var left = Statements;
        var done = new System.Collections.Concurrent.ConcurrentDictionary<string, int>(StringComparer.Ordinal);

        var wrong = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var (random, tenant) = (new Random(seed + caller), $"t{caller}");
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var kind = Kind(random);
                try
                {
                    if (await RunAsync(tenants, random, tenant, kind) is { } foreign)
                        return $"{tenant} in {kind}: {foreign}";
                    done.AddOrUpdate(kind, 1, static (_, count) => count + 1);
                }
                catch (Exception e) when (IsPlanned(e) || kind == "theft" && e is PostgresException { SqlState: "42501" })
                {
                    done.AddOrUpdate("refused or broken " + kind, 1, static (_, count) => count + 1);
                }
            }

            return null;
        })));

        wrong.Should().OnlyContain(text => text == null, $"seed {seed}");
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items} WHERE body <> tenant_id")).Should().Be(0, $"seed {seed}");
        done.Should().ContainKeys(["read", "write", "transaction", "dapper", "unscoped", "refused or broken fail", "refused or broken theft", "refused or broken kill"], $"seed {seed}");
    }

    private static string Kind(Random random) => random.Next(100) switch
    {
        < 30 => "read",
        < 55 => "write",
        < 70 => "transaction",
        < 80 => "dapper",
        < 85 => "fail",
        < 90 => "theft",
        < 95 => "cancel",
        < 99 => "unscoped",
        _ => "kill",
    };

    /// <summary>What the caller should not have seen; null when all was well.</summary>
    private static async Task<string?> RunAsync(Tenants tenants, Random random, string tenant, string kind)
    {
        var (session, scope, id) = (tenants.Session, new TenantScope(tenant, "u-" + tenant), random.Next(20));
        switch (kind)
        {
            case "read":
                return await session.ReadAsync(scope, Look(tenants), (reader, ct) => ForeignAsync(reader, tenant, ct));
            case "write":
                await session.ExecuteAsync(scope, Write(tenants, tenant, id));
                return null;
            case "transaction":
                await using (var transaction = await session.BeginAsync(scope))
                {
                    await transaction.ExecuteAsync(Write(tenants, tenant, id));
                    if (random.Next(4) == 0)
                        await transaction.ExecuteAsync(tenants.Batch("SELECT 1 / 0"));
                    var foreign = await transaction.ReadAsync(Look(tenants), (reader, ct) => ForeignAsync(reader, tenant, ct));
                    if (random.Next(4) > 0)
                        await transaction.CommitAsync(Write(tenants, tenant, id + 1));
                    return foreign;
                }

            case "dapper":
                using (tenants.Accessor.Enter(scope))
                {
                    await using var connection = await tenants.DataSource.OpenConnectionAsync();
                    var seen = await connection.QueryAsync<string>(tenants.Name("SELECT tenant_id FROM {items} UNION ALL SELECT {schema}.tenant_id()"));
                    return seen.FirstOrDefault(row => row != tenant);
                }

            case "fail":
                await session.ExecuteAsync(scope, tenants.Batch("UPDATE {items} SET body = 'half done'", "SELECT 1 / 0"));
                return "a failing batch succeeded";
            case "theft":
                await session.ExecuteAsync(scope, Write(tenants, $"t{(id + 1 + int.Parse(tenant[1..], System.Globalization.CultureInfo.InvariantCulture)) % Callers}", id));
                return "a row of another tenant was written";
            case "cancel":
                using (var cancel = new CancellationTokenSource())
                {
                    var call = session.ExecuteAsync(scope, tenants.Batch("UPDATE {items} SET body = 'half done'", "SELECT pg_sleep(0.02)", "SELECT 1 / 0"), cancel.Token);
                    if (random.Next(2) == 0)
                        await Task.Yield();
                    await cancel.CancelAsync();
                    await call;
                    return "a failing batch succeeded";
                }

            case "unscoped":
                return await UnscopedAsync(tenants);
            default:
                await session.ExecuteAsync(scope, tenants.Batch("UPDATE {items} SET body = 'half done'", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1 / 0"));
                return "a failing batch succeeded";
        }
    }

    private static NpgsqlBatch Look(Tenants tenants) => tenants.Batch("SELECT tenant_id, body FROM {items}", "SELECT {schema}.tenant_id(), {schema}.tenant_id() WHERE {schema}.user_id() = 'u-' || {schema}.tenant_id() AND current_user = '{role}'");

    private static NpgsqlBatch Write(Tenants tenants, string tenant, int id) => new()
    {
        BatchCommands =
        {
            new(tenants.Name("INSERT INTO {items} VALUES ($1, $2, $1) ON CONFLICT (tenant_id, id) DO UPDATE SET body = excluded.body"))
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = tenant }, new NpgsqlParameter<int> { TypedValue = id } },
            },
            new(tenants.Name("DELETE FROM {items} WHERE id = $1")) { Parameters = { new NpgsqlParameter<int> { TypedValue = id + 7 } } },
        },
    };

    private static async Task<string?> ForeignAsync(NpgsqlDataReader reader, string tenant, CancellationToken ct)
    {
        var rows = 0;
        do
        {
            for (rows = 0; await reader.ReadAsync(ct); rows++)
            {
                if (reader.GetString(0) != tenant || reader.GetString(1) != tenant)
                    return $"{reader.GetString(0)} by {reader.GetString(1)}";
            }
        }
        while (await reader.NextResultAsync(ct));

        return rows == 1 ? null : "the scope's user or role is not its own";
    }

    /// <summary>Somebody who forgot the scope: whatever ran before on this connection, it is nobody's.</summary>
    private static async Task<string?> UnscopedAsync(Tenants tenants)
    {
        await using var connection = await tenants.Source.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("SELECT concat_ws('|', nullif(current_user, session_user), nullif(current_setting('app.tenant_id', true), ''), nullif(current_setting('app.user_id', true), ''))", connection))
        {
            if ((string)(await command.ExecuteScalarAsync())! is { Length: > 0 } found)
                return "a connection still carries " + found;
        }

        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new($"SELECT set_config('role', '{tenants.Role}', true)"), new(tenants.Name("SELECT count(*) FROM {items}")) } };
        try
        {
            await batch.ExecuteNonQueryAsync();
            return "a statement without a scope was answered";
        }
        catch (PostgresException e) when (e.SqlState == "42501")
        {
            return null;
        }
    }

    // A killed backend takes those with it that share its connection to the pooler, and the driver finds out when it next uses the connection.
    private static bool IsPlanned(Exception e) => e is OperationCanceledException or NpgsqlException { SqlState: null or "22012" or "57P01" or "57014" or "08P01" or "25P02" };
}
