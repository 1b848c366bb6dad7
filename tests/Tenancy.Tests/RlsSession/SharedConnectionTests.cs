using Dapper;
using Npgsql;

namespace Tenancy.Tests.RlsSession;

/// <summary>Connections that the driver shares between commands at once, and statements that it prepares on them and gives up again.</summary>
public sealed class SharedConnectionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Multiplexing=true")]
    [InlineData("Multiplexing=true;Max Auto Prepare=20;Auto Prepare Min Usages=2")]
    [InlineData("Max Auto Prepare=2;Auto Prepare Min Usages=2")]
    [Guarantee("RlsSession", 1), Guarantee("RlsSession", 2), Guarantee("RlsSession", 7)]
    public async Task Every_form_is_its_tenants_however_connections_are_shared(string pool)
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), pool: pool + ";Maximum Pool Size=3");

        var seen = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => WorkAsync(tenants, $"t{i}"), Ct)));

        seen.Should().Equal(Enumerable.Range(0, 24).Select(i => string.Join(',', Enumerable.Repeat($"t{i}", 15))));
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items} WHERE body = tenant_id")).Should().Be(24 * 6);
        (await tenants.LeftoversAsync(pool.StartsWith("Multi", StringComparison.Ordinal) ? 1 : 3)).Should().BeEmpty();
    }

    private static async Task<string> WorkAsync(Tenants tenants, string tenant)
    {
        var seen = new List<string?>();
        using var entered = tenants.Accessor.Enter(new(tenant));
        for (var round = 0; round < 3; round++)
        {
            await tenants.ExecuteAsync(tenant, $"INSERT INTO {{items}} VALUES ('{tenant}', {2 * round}, {{schema}}.tenant_id())");
            seen.Add(await tenants.ScalarAsync<string>(tenant, "SELECT string_agg(DISTINCT tenant_id, '+') FROM {items}"));
            await using (var connection = await tenants.DataSource.OpenConnectionAsync(Ct))
            {
                seen.Add(await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT string_agg(DISTINCT tenant_id, '+') FROM {items}")));
                await connection.Invoking(c => c.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ('somebody', 1)"))).Should().ThrowAsync<PostgresException>();
                await using (var transaction = await connection.BeginTransactionAsync(Ct))
                {
                    await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES (@tenant, @id, {schema}.tenant_id())"), new { tenant, id = 2 * round + 1 }, transaction);
                    seen.Add(await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT string_agg(DISTINCT body, '+') FROM {items}"), transaction: transaction));
                    await transaction.CommitAsync(Ct);
                }

                seen.Add((await connection.QueryAsync<string>(tenants.Name("SELECT DISTINCT tenant_id FROM {items} WHERE id = ANY (@ids); SELECT 1"), new { ids = new[] { 0, 1 } })).Single());
            }

            await using var own = await tenants.Session.BeginAsync(new(tenant), ct: Ct);
            seen.Add(await own.ReadAsync(tenants.Batch("SELECT {schema}.tenant_id()"), Tenants.FirstAsync<string>, Ct));
        }

        return string.Join(',', seen);
    }
}
