using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>Dapper and plain ADO.NET over the data source that carries the scope.</summary>
public abstract class TenantDataSourceTests(Func<Route> route)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task Dapper_works_as_ever_and_each_statement_is_its_tenants()
    {
        await using var tenants = await Tenants.NewAsync(route());
        foreach (var tenant in new[] { "a", "b" })
        {
            using var entered = tenants.Accessor.Enter(new(tenant, "ann"));
            await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
            (await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES (@tenant, @id, @body)"), new[] { new { tenant, id = 1, body = "x;y" }, new { tenant, id = 2, body = "z" } })).Should().Be(2);
            (await connection.QueryAsync<(int Id, string Body)>(tenants.Name("SELECT id, body FROM {items} WHERE id = ANY (@ids) ORDER BY id"), new { ids = new[] { 1, 2 } })).Should().Equal((1, "x;y"), (2, "z"));
            (await connection.QuerySingleAsync<string>(tenants.Name("SELECT body FROM {items} WHERE body = 'x;y'"))).Should().Be("x;y");
            (await connection.QueryFirstOrDefaultAsync<string>(tenants.Name("SELECT tenant_id FROM {items} ORDER BY id"))).Should().Be(tenant);
            (await connection.ExecuteScalarAsync<long>(tenants.Name("SELECT count(*) FROM {items}"))).Should().Be(2);
            (await connection.ExecuteAsync(tenants.Name("UPDATE {items} SET body = @body; DELETE FROM {items} WHERE id = @id;"), new { body = "u", id = 2 })).Should().Be(3);
            await using var several = await connection.QueryMultipleAsync(tenants.Name("SELECT body FROM {items} WHERE id = @id; SELECT {schema}.tenant_id()"), new { id = 1 });
            (await several.ReadSingleAsync<string>()).Should().Be("u");
            (await several.ReadSingleAsync<string>()).Should().Be(tenant);
        }

        (await tenants.LeftoversAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("RlsSession", 7)]
    public async Task Readers_scalars_and_counts_show_the_callers_statements_alone(bool async)
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var connection = async ? await tenants.DataSource.OpenConnectionAsync(Ct) : tenants.DataSource.OpenConnection();
        await using var command = connection.CreateCommand();
        command.CommandText = tenants.Name("INSERT INTO {items} VALUES ({schema}.tenant_id(), $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = 7 });

        (async ? await command.ExecuteNonQueryAsync(Ct) : command.ExecuteNonQuery()).Should().Be(1);
        (command.CommandText, command.CommandTimeout) = (tenants.Name("SELECT id, body FROM {items} WHERE id = $1"), 5);
        (async ? await command.ExecuteScalarAsync(Ct) : command.ExecuteScalar()).Should().Be(7);
        await using (var reader = async ? await command.ExecuteReaderAsync(CommandBehavior.SingleResult | CommandBehavior.SequentialAccess, Ct) : command.ExecuteReader(CommandBehavior.SingleRow))
        {
            reader.FieldCount.Should().Be(2);
            reader.HasRows.Should().BeTrue();
            reader.Read().Should().BeTrue();
            reader.GetInt32(0).Should().Be(7);
            reader.Read().Should().BeFalse();
            reader.NextResult().Should().BeFalse();
            reader.RecordsAffected.Should().Be(-1);
        }

        command.Parameters.Clear();
        command.CommandText = tenants.Name("DELETE FROM {items} WHERE id = 8");
        (async ? await command.ExecuteScalarAsync(Ct) : command.ExecuteScalar()).Should().BeNull("there is no result, and not the scope's either");
        command.CommandText = tenants.Name("UPDATE {items} SET body = 'x'; SELECT body FROM {items}; DELETE FROM {items}");
        (async ? await command.ExecuteScalarAsync(Ct) : command.ExecuteScalar()).Should().Be("x");
        command.CommandText = "SELECT 1; SELECT 1 / 0";
        await command.Awaiting(c => async ? c.ExecuteScalarAsync(Ct) : Task.FromResult(c.ExecuteScalar())).Should().ThrowAsync<PostgresException>();
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(0);
        command.CommandText = "SELECT 1";
        await using (var reader = async ? await command.ExecuteReaderAsync(CommandBehavior.CloseConnection, Ct) : command.ExecuteReader(CommandBehavior.CloseConnection))
            connection.State.Should().Be(ConnectionState.Open);
        connection.State.Should().Be(ConnectionState.Closed);
    }

    [Fact]
    public async Task Batches_and_commands_of_the_data_source_itself_are_scoped()
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var command = tenants.DataSource.CreateCommand(tenants.Name("SELECT {schema}.tenant_id()"));
        await using var batch = tenants.DataSource.CreateBatch();
        foreach (var text in new[] { "INSERT INTO {items} VALUES ('a', 1)", "SELECT {schema}.tenant_id()" })
        {
            var statement = batch.CreateBatchCommand();
            statement.CommandText = tenants.Name(text);
            batch.BatchCommands.Add(statement);
        }

        (await command.ExecuteScalarAsync(Ct)).Should().Be("a");
        (await batch.ExecuteScalarAsync(Ct)).Should().Be("a");
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(1);
    }

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task Without_a_tenant_nothing_is_sent()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);

        await connection.Invoking(c => c.ExecuteAsync("SELECT 1")).Should().ThrowAsync<TenantNotSetException>();
        await connection.Invoking(c => c.BeginTransactionAsync(Ct).AsTask()).Should().ThrowAsync<TenantNotSetException>();
        using (tenants.Accessor.Enter(new("a")))
            (await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id()"))).Should().Be("a");
        await connection.Invoking(c => c.ExecuteAsync("SELECT 1")).Should().ThrowAsync<TenantNotSetException>();
    }

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task A_transaction_keeps_the_scope_that_it_began_with()
    {
        await using var tenants = await Tenants.NewAsync(route());
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
        DbTransaction transaction;
        using (tenants.Accessor.Enter(new("a")))
        {
            transaction = await connection.BeginTransactionAsync(Ct);
            await transaction.SaveAsync("first", Ct);
            await connection.Invoking(c => c.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ('b', 1)"), transaction: transaction)).Should().ThrowAsync<PostgresException>();
            await transaction.RollbackAsync("first", Ct);
            await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ({schema}.tenant_id(), 1)"), transaction: transaction);
        }

        using (tenants.Accessor.Enter(new("b")))
            (await connection.Invoking(c => c.ExecuteAsync("SELECT 1", transaction: transaction)).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*another scope*");
        await connection.Invoking(c => c.ExecuteAsync("SELECT 1", transaction: transaction)).Should().ThrowAsync<TenantNotSetException>();
        await transaction.CommitAsync(Ct);
        await transaction.DisposeAsync();

        using (tenants.Accessor.Enter(new("b")))
            (await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id()"))).Should().Be("b");
        (await tenants.OwnerAsync<string>("SELECT string_agg(tenant_id, ',') FROM {items}")).Should().Be("a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("RlsSession", 5)]
    public async Task A_commit_after_a_swallowed_error_is_refused(bool async)
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
        foreach (var fails in new[] { true, false })
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ('a', 1)"), transaction: transaction);
            if (fails)
                await connection.Invoking(c => c.ExecuteAsync("SELECT 1 / 0", transaction: transaction)).Should().ThrowAsync<PostgresException>();

            var commit = () => async ? transaction.CommitAsync(Ct) : Task.Run(transaction.Commit, Ct);

            if (fails)
                (await commit.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("25P02");
            else
                await commit.Should().NotThrowAsync();
            (await tenants.OwnerAsync<long>("SELECT count(*) FROM {items}")).Should().Be(fails ? 0 : 1);
            if (!fails)
                await commit.Should().ThrowAsync<InvalidOperationException>().WithMessage("*has ended*");
        }

        (await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id()"))).Should().Be("a");
    }

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task Asking_for_the_columns_alone_does_not_count_as_scoping_the_transaction()
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = tenants.Name("SELECT id, body FROM {items}");

        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, Ct))
            Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).Should().Equal("id", "body");

        (await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id()"), transaction: transaction)).Should().Be("a");
    }

    [Theory]
    [InlineData("order")]
    [InlineData("Zwischen \"stand\"")]
    public async Task A_savepoint_may_have_any_name(string name)
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await transaction.SaveAsync(name, Ct);
            await connection.Invoking(c => c.ExecuteAsync("SELECT 1 / 0", transaction: transaction)).Should().ThrowAsync<PostgresException>();
            await transaction.RollbackAsync(name, Ct);
            await connection.ExecuteAsync(tenants.Name("INSERT INTO {items} VALUES ({schema}.tenant_id(), 1)"), transaction: transaction);
            await transaction.ReleaseAsync(name, Ct);
            await transaction.CommitAsync(Ct);
        }

        await using (var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct))
        {
            await transaction.SaveAsync(name, Ct);
            await transaction.ExecuteAsync(tenants.Batch("DELETE FROM {items}"), Ct);
            await transaction.RollbackToAsync(name, Ct);
            await transaction.CommitAsync(ct: Ct);
        }

        (await tenants.OwnerAsync<string>("SELECT string_agg(tenant_id || id, ',') FROM {items}")).Should().Be("a1");
    }

    [Fact]
    public async Task A_connection_that_is_opened_again_has_no_transaction_left_from_before()
    {
        await using var tenants = await Tenants.NewAsync(route());
        using var entered = tenants.Accessor.Enter(new("a"));
        await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
        _ = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync("SELECT 1");

        await connection.CloseAsync();
        await connection.OpenAsync(Ct);

        (await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id(); "))).Should().Be("a");
    }

    [Fact]
    [Guarantee("RlsSession", 7)]
    public async Task Flows_that_run_at_once_never_see_each_others_tenant()
    {
        await using var tenants = await Tenants.NewAsync(route(), pool: "Maximum Pool Size=2");
        using var outer = tenants.Accessor.Enter(new("outer"));

        var seen = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            using var entered = tenants.Accessor.Enter(new($"t{i}"));
            await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
            await Task.Yield();
            return await connection.ExecuteScalarAsync<string>(tenants.Name("SELECT {schema}.tenant_id()"));
        })));

        seen.Should().Equal(Enumerable.Range(0, 64).Select(i => $"t{i}"));
        tenants.Accessor.Current!.TenantId.Should().Be("outer");
    }
}
