using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>The same on PostgreSQL 17.</summary>
public sealed class PostgreSql17Tests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 8)]
    public async Task Protected_tables_are_safe_leaks_are_found_and_weakened_policies_noticed()
    {
        await using var server = await PgLite.StartAsync(Ct);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await ExecuteAsync(
            source,
            """
            CREATE ROLE app; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO app;

            """ + Playground.Orders.Replace("{s}", "s", StringComparison.Ordinal).Replace("{app}", "app", StringComparison.Ordinal));
        var audit = RlsAudit.For(source).Schemas("s").Roles("app").As(Identity.Setting("app.tenant_id", "acme"), Identity.Setting("app.tenant_id", "globex")).AllowMutationOn("template1").Build();

        var safe = await audit.ProbeAsync(Ct);
        var mutation = await audit.MutateAsync(ct: Ct);
        await ExecuteAsync(source, "ALTER POLICY orders_pin ON s.orders WITH CHECK (true)");
        var leaking = await audit.ProbeAsync(Ct);

        (await ScalarAsync(source, "SELECT current_setting('server_version')")).Should().StartWith("17.");
        safe.ThrowIfUnsafe();
        mutation.ThrowIfBelow(1);
        leaking.Probes.Where(p => !p.IsSafe).Select(p => p.Command).Distinct().Should().BeEquivalentTo([ProbeCommand.InsertAsOther, ProbeCommand.UpdateMove]);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<string> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}
