using Dapper;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>What travels how often, counted between the driver and the server.</summary>
public sealed class RoundTripTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly TenantScope Scope = new("a", "ann");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 4)]
    public async Task A_call_is_one_round_trip_with_its_commit()
    {
        await using var counted = await CountedAsync();
        var (proxy, tenants) = counted;

        (await proxy.CountAsync(() => tenants.Session.ExecuteAsync(Scope, tenants.Batch("INSERT INTO {items} VALUES ('a', 1)", "INSERT INTO {items} VALUES ('a', 2)"), Ct))).Should().Be((1, 1));
        (await proxy.CountAsync(() => tenants.ScalarAsync<long>(Scope, "SELECT count(*) FROM {items}", "SELECT 1"))).Should().Be((1, 1));
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(2);
    }

    [Fact]
    [Guarantee("RlsSession", 5)]
    public async Task A_transaction_of_n_calls_costs_n_and_one_round_trips_and_n_when_the_last_one_commits()
    {
        await using var counted = await CountedAsync();
        var (proxy, tenants) = counted;

        (await proxy.CountAsync(async () =>
        {
            await using var transaction = await tenants.Session.BeginAsync(Scope, ct: Ct);
            await transaction.ExecuteAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 11)"), Ct);
            await transaction.ReadAsync(tenants.Batch("SELECT count(*) FROM {items}"), Tenants.FirstAsync<long>, Ct);
            await transaction.CommitAsync(ct: Ct);
        })).Should().Be((3, 3));
        (await proxy.CountAsync(async () =>
        {
            await using var transaction = await tenants.Session.BeginAsync(Scope, ct: Ct);
            await transaction.ReadAsync(tenants.Batch("SELECT count(*) FROM {items}"), Tenants.FirstAsync<long>, Ct);
            await transaction.CommitAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 12)"), Ct);
        })).Should().Be((2, 2));
        (await proxy.CountAsync(async () =>
        {
            await using var transaction = await tenants.Session.BeginAsync(Scope, ct: Ct);
            await transaction.CommitAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 13)"), Ct);
        })).Should().Be((1, 1));
        (await proxy.CountAsync(async () =>
        {
            await using var transaction = await tenants.Session.BeginAsync(Scope, ct: Ct);
            await transaction.CommitAsync(ct: Ct);
        })).Should().Be((0, 0));
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(3);
    }

    [Fact]
    public async Task Scoping_a_transaction_of_the_callers_own_is_one_round_trip()
    {
        await using var counted = await CountedAsync();
        var (proxy, tenants) = counted;
        await using var connection = await tenants.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        (await proxy.CountAsync(() => tenants.Session.ApplyAsync(transaction, Scope, Ct))).Should().Be((1, 1));
    }

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task Dapper_costs_what_it_costs_without_a_scope()
    {
        await using var counted = await CountedAsync();
        var (proxy, tenants) = counted;
        using var entered = tenants.Accessor.Enter(Scope);
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);

        (await proxy.CountAsync(() => connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ('a', @id)"), new { id = 1 }))).Should().Be((1, 1));
        (await proxy.CountAsync(() => connection.QueryAsync<string>(tenants.Name("SELECT body FROM {items} WHERE id = @id"), new { id = 1 }))).Should().Be((1, 1));
        (await proxy.CountAsync(async () =>
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ('a', @id)"), new { id = 2 }, transaction);
            await connection.ExecuteScalarAsync<long>(tenants.Name("SELECT count(*) FROM {items}"), transaction: transaction);
            await transaction.CommitAsync(Ct);
        })).Trips.Should().Be(3);
        // The driver splits a text of several statements, and still sends them together.
        (await proxy.CountAsync(() => connection.QueryMultipleAsync("SELECT 1; SELECT 2"))).Should().Be((1, 1));
    }

    private async Task<Counted> CountedAsync()
    {
        var proxies = new List<SyncCountingProxy>();
        var tenants = await Tenants.NewAsync(new(database.ConnectionString, Through: direct =>
        {
            proxies.Add(SyncCountingProxy.Start(direct));
            return proxies[^1].ConnectionString;
        }), pool: "Maximum Pool Size=2");
        // One connection is open, and its types are known to the driver.
        await tenants.ScalarAsync<int>(Scope, "SELECT 1");
        return new(proxies.Single(), tenants);
    }

    private sealed record Counted(SyncCountingProxy Proxy, Tenants Tenants) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Tenants.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
