using System.Data;
using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>Transactions of one tenant, and the caller's own.</summary>
public abstract class TransactionTests(Func<Route> route)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 5)]
    public async Task A_transaction_is_its_tenants_from_the_first_statement_to_the_commit()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=2");
        await tenants.ExecuteAsync("b", "INSERT INTO {items} VALUES ('b', 1)");
        await using (var transaction = await tenants.Session.BeginAsync(new("a", "ann"), IsolationLevel.RepeatableRead, Ct))
        {
            (await transaction.ReadAsync(tenants.Batch("SELECT concat_ws(',', {schema}.tenant_id(), {schema}.user_id(), current_user, current_setting('transaction_isolation'))"), Tenants.FirstAsync<string>, Ct))
                .Should().Be($"a,ann,{tenants.Role},repeatable read");
            (await transaction.ExecuteAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 1)"), Ct)).Should().Be(1);
            var raw = await transaction.GetTransactionAsync(Ct);
            await using (var command = new NpgsqlCommand(tenants.Name("UPDATE {items} SET body = 'raw'"), raw.Connection, raw))
                (await command.ExecuteNonQueryAsync(Ct)).Should().Be(1);
            await transaction.CommitAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 2)"), Ct);
            await transaction.Invoking(t => t.ExecuteAsync(tenants.Batch("SELECT 1"), Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*has ended*");
        }

        (await tenants.OwnerAsync<string>("SELECT string_agg(tenant_id || id || body, ',' ORDER BY tenant_id, id) FROM {items}")).Should().Be("a1raw,a2,b1");
        (await tenants.LeftoversAsync(2)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_drivers_transaction_is_scoped_before_anybody_gets_it()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct);

        var raw = await transaction.GetTransactionAsync(Ct);

        await using var command = new NpgsqlCommand(tenants.Name("SELECT {schema}.tenant_id()"), raw.Connection, raw);
        (await command.ExecuteScalarAsync(Ct)).Should().Be("a");
    }

    [Fact]
    [Guarantee("RlsSession", 5)]
    public async Task Without_a_commit_nothing_stays_and_a_swallowed_error_is_not_a_commit()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using (var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct))
            await transaction.ExecuteAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 1)"), Ct);
        await using (var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct))
        {
            await transaction.ExecuteAsync(tenants.Batch("INSERT INTO {items} VALUES ('a', 2)"), Ct);
            await transaction.Invoking(t => t.ExecuteAsync(tenants.Batch("SELECT 1 / 0"), Ct)).Should().ThrowAsync<PostgresException>();
            (await transaction.Invoking(t => t.CommitAsync(ct: Ct)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("25P02");
        }

        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Savepoints_come_after_the_scope_even_as_the_first_thing()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct);

        await transaction.SaveAsync("before \"it\"", Ct);
        await transaction.Invoking(t => t.ExecuteAsync(tenants.Batch("INSERT INTO {items} VALUES ('b', 1)"), Ct)).Should().ThrowAsync<PostgresException>();
        await transaction.RollbackToAsync("before \"it\"", Ct);
        await transaction.CommitAsync(tenants.Batch("INSERT INTO {items} VALUES ({schema}.tenant_id(), 2)"), Ct);

        (await tenants.OwnerAsync<string>("SELECT string_agg(tenant_id || id, ',') FROM {items}")).Should().Be("a2");
    }

    [Fact]
    public async Task A_statement_that_fails_before_it_is_sent_does_not_take_the_scope_with_it()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct);
        var unsendable = new NpgsqlBatch { BatchCommands = { new("SELECT $1") { Parameters = { new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer } } } } };

        await transaction.Invoking(t => t.ExecuteAsync(unsendable, Ct)).Should().ThrowAsync<InvalidOperationException>();

        (await transaction.ReadAsync(tenants.Batch("SELECT {schema}.tenant_id()"), Tenants.FirstAsync<string>, Ct)).Should().Be("a");
    }

    [Fact]
    [Guarantee("RlsSession", 8)]
    public async Task The_callers_own_transaction_takes_one_scope_and_keeps_it()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=1");
        var scope = new TenantScope("a", "ann", Settings: new Dictionary<string, string>(StringComparer.Ordinal) { ["app.plan"] = "gold" });
        for (var round = 0; round < 2; round++)
        {
            // The second round has the same transaction object of the driver, on the same connection.
            await using var connection = await tenants.Source.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await tenants.Session.ApplyAsync(transaction, scope, Ct);
            await tenants.Session.ApplyAsync(transaction, scope with { Settings = new Dictionary<string, string>(scope.Settings!, StringComparer.Ordinal) }, Ct);
            foreach (var other in new[] { new TenantScope("b", "ann", Settings: scope.Settings), scope with { UserId = "bob" }, scope with { UserId = null }, scope with { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["app.plan"] = "free" } } })
                await tenants.Session.Invoking(s => s.ApplyAsync(transaction, other, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*another scope*");

            await using (var command = new NpgsqlCommand(tenants.Name("INSERT INTO {items} SELECT {schema}.tenant_id(), count(*), {schema}.user_id() FROM {items}"), connection, transaction))
                await command.ExecuteNonQueryAsync(Ct);
            await transaction.CommitAsync(Ct);
            await tenants.Session.Invoking(s => s.ApplyAsync(transaction, scope, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*finished*");
        }

        (await tenants.OwnerAsync<string>("SELECT string_agg(tenant_id || id || body, ',' ORDER BY id) FROM {items}")).Should().Be("a0ann,a1ann");
        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_scope_that_a_rollback_has_undone_is_applied_again()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var connection = await tenants.Source.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await transaction.SaveAsync("early", Ct);
        await tenants.Session.ApplyAsync(transaction, new("a"), Ct);
        await transaction.RollbackAsync("early", Ct);

        await tenants.Session.ApplyAsync(transaction, new("b"), Ct);

        await using var command = new NpgsqlCommand(tenants.Name("SELECT {schema}.tenant_id()"), connection, transaction);
        (await command.ExecuteScalarAsync(Ct)).Should().Be("b");
    }
}
