using System.Security.Cryptography;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>What SQL that an attacker injects can do to a sealed scope.</summary>
public sealed class SealingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly SealKey First = new(1, RandomNumberGenerator.GetBytes(32));
    private static readonly SealKey Second = new(2, RandomNumberGenerator.GetBytes(100));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 9)]
    public async Task A_sealed_scope_works_in_every_form()
    {
        await using var tenants = await SealedAsync();
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");

        (await tenants.ScalarAsync<string>(new TenantScope("a", "ann"), "SELECT {schema}.tenant_id() || {schema}.user_id()")).Should().Be("aann");
        (await tenants.ScalarAsync<string>("\u00e9\u6f22'\\", "SELECT {schema}.tenant_id() || coalesce({schema}.user_id(), '-')")).Should().Be("\u00e9\u6f22'\\-");
        await using (var transaction = await tenants.Session.BeginAsync(new("a"), ct: Ct))
            (await transaction.ReadAsync(tenants.Batch("SELECT count(*) FROM {items}"), Tenants.FirstAsync<long>, Ct)).Should().Be(1);
        using (tenants.Accessor.Enter(new("a")))
        {
            await using var connection = await tenants.DataSource.OpenConnectionAsync(Ct);
            await using var several = await connection.QueryMultipleAsync(tenants.Name("SELECT 1; SELECT count(*) FROM {items} WHERE id = @id"), new { id = 1 });
            await several.ReadSingleAsync<int>();
            (await several.ReadSingleAsync<long>()).Should().Be(1);
        }

        (await tenants.LeftoversAsync()).Should().BeEmpty();
        (await tenants.ScalarAsync<long>("b", "SELECT count(*) FROM {items}")).Should().Be(0);
    }

    [Theory]
    [InlineData("SELECT set_config('app.tenant_id', 'b', true)")]
    [InlineData("SELECT set_config('app.tenant_id', '\u0061b', true)")]
    [InlineData("SELECT set_config('app.user_id', 'bob', true)")]
    [InlineData("SELECT set_config('app.user_id', '', true)")]
    [InlineData("SELECT set_config('app.tenant_id', 'aa', true), set_config('app.user_id', 'nn', true)")]
    [InlineData("SELECT set_config('app.rls_seal', '', true)")]
    [InlineData("SELECT set_config('app.rls_seal', 'x', true)")]
    [InlineData("SELECT set_config('app.rls_seal', '..', true)")]
    [InlineData("SELECT set_config('app.rls_seal', '1.99999999999.' || repeat('0', 64), true)")]
    [InlineData("SELECT set_config('app.rls_seal', regexp_replace(current_setting('app.rls_seal'), '^1[.]', '2.'), true)")]
    [InlineData("SELECT set_config('app.rls_seal', regexp_replace(current_setting('app.rls_seal'), '[.]([0-9]+)[.]', '.9\\1.'), true)")]
    [InlineData("SELECT set_config('app.rls_seal', upper(current_setting('app.rls_seal')) || 'A', true)")]
    [InlineData("SELECT set_config('role', '{role}_other', true)")]
    [Guarantee("RlsSession", 9)]
    public async Task Injected_sql_can_change_the_scope_but_not_forge_one(string injected)
    {
        await using var tenants = await SealedAsync(seed: "CREATE ROLE {role}_other NOLOGIN; GRANT {role}_other TO {login}; GRANT SELECT ON {items} TO {role}_other; GRANT USAGE ON SCHEMA {schema} TO {role}_other;", other: true);
        await tenants.ExecuteAsync("b", "INSERT INTO {items} VALUES ('b', 1)");

        foreach (var statement in new[] { "SELECT count(*) FROM {items}", "SELECT length({schema}.user_id())" })
        {
            var call = () => tenants.ScalarAsync<long>(new TenantScope("a", "ann"), injected, statement);
            (await call.Should().ThrowAsync<PostgresException>()).Which.Should().Match<PostgresException>(e => e.SqlState == "42501" && e.MessageText == "the tenant of this transaction is not sealed");
        }

        (await tenants.ScalarAsync<long>(new TenantScope("b", "ann", tenants.Role + "_other"), "SELECT count(*) FROM {items}")).Should().Be(1, "the application itself may do all of this");
    }

    [Fact]
    [Guarantee("RlsSession", 9)]
    public async Task The_keys_cannot_be_read_nor_replaced_by_the_application()
    {
        await using var tenants = await SealedAsync();

        foreach (var statement in new[]
                 {
                     "SELECT inner_pad FROM {schema}.rls_session_keys", "INSERT INTO {schema}.rls_session_keys VALUES (7, '', '')", "DELETE FROM {schema}.rls_session_keys",
                     "CREATE OR REPLACE FUNCTION {schema}.tenant_id() RETURNS text LANGUAGE sql AS 'SELECT ''b'''", "ALTER FUNCTION {schema}.tenant_id() OWNER TO {role}",
                 })
        {
            (await tenants.Invoking(t => t.ExecuteAsync("a", statement)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
            (await tenants.Invoking(t => t.ExecuteAsync("a", "RESET ROLE", statement)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
        }

        // What HMAC derives is all that the database has.
        (await tenants.OwnerAsync<long>("SELECT count(*) FROM {schema}.rls_session_keys WHERE position(decode('" + Convert.ToHexStringLower(First.Secret.Span) + "', 'hex') in inner_pad || outer_pad) > 0")).Should().Be(0);
    }

    [Theory]
    [InlineData(325, null)]
    [InlineData(345, "the seal of this transaction's tenant has expired")]
    [Guarantee("RlsSession", 9)]
    public async Task A_seal_expires_by_the_databases_clock_with_half_a_minute_of_tolerance(int age, string? refusal)
    {
        await using var tenants = await SealedAsync();
        using var slow = tenants.Another(Sealed(tenants.Role), time: new FakeTime(TimeProvider.System.GetUtcNow().AddSeconds(-age)));
        var session = slow.Services.GetRequiredService<IRlsSession>();

        // The family's own clock can be moved by a setting, which an attacker could do too.
        foreach (var injected in new[] { "SELECT 1", "SELECT set_config('patterns.clock_offset', '-1 hour', true)" })
        {
            var call = () => session.ReadAsync(new("a"), tenants.Batch(injected, "SELECT {schema}.tenant_id()"), Tenants.FirstAsync<object>, Ct);
            if (refusal is null)
                await call.Should().NotThrowAsync();
            else
                (await call.Should().ThrowAsync<PostgresException>()).Which.Should().Match<PostgresException>(e => e.SqlState == "42501" && e.MessageText == refusal);
        }
    }

    [Fact]
    [Guarantee("RlsSession", 10)]
    public async Task Two_keys_live_at_once_and_one_is_retired_without_a_refused_call()
    {
        await using var tenants = await SealedAsync();
        var call = (IServiceProvider services) => services.GetRequiredService<IRlsSession>().ReadAsync(new("a"), tenants.Batch("SELECT {schema}.tenant_id()"), Tenants.FirstAsync<string>, Ct);
        using var next = tenants.Another(Sealed(tenants.Role, Second, First));

        await next.StartAsync(Ct);
        (await call(tenants.Services)).Should().Be("a");
        (await call(next.Services)).Should().Be("a");
        await tenants.OwnerAsync(RlsSql.InstallKey(First, TimeProvider.System.GetUtcNow().AddHours(1), tenants.Schema));
        (await call(tenants.Services)).Should().Be("a");
        await tenants.OwnerAsync(RlsSql.InstallKey(First, TimeProvider.System.GetUtcNow().AddSeconds(-1), tenants.Schema));

        (await tenants.Awaiting(t => call(t.Services)).Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
        (await call(next.Services)).Should().Be("a");
        (await tenants.RefusalAsync(Sealed(tenants.Role))).Should().Contain("does not accept the seals").And.Contain("RlsSql.InstallKey");
        await next.StopAsync(Ct);
    }

    [Fact]
    [Guarantee("RlsSession", 10)]
    public async Task Another_secret_under_an_id_that_is_taken_changes_nothing_and_says_so()
    {
        await using var tenants = await SealedAsync();
        var swapped = new SealKey(First.Id, RandomNumberGenerator.GetBytes(32));

        (await tenants.RefusalAsync(Sealed(tenants.Role, swapped))).Should().Contain("Seal key 1 has another secret").And.Contain("new id");
        (await tenants.Invoking(t => t.OwnerAsync(RlsSql.InstallKey(swapped, schema: t.Schema))).Should().ThrowAsync<PostgresException>()).Which.MessageText.Should().Be("seal key 1 has another secret in this database");
        using var other = tenants.Another(Sealed(tenants.Role, swapped));
        (await other.Services.GetRequiredService<IRlsSession>().Invoking(s => s.ReadAsync(new("a"), tenants.Batch("SELECT {schema}.tenant_id()"), Tenants.FirstAsync<string>, Ct)).Should().ThrowAsync<PostgresException>())
            .Which.MessageText.Should().Contain("not sealed");
        (await tenants.ScalarAsync<string>("a", "SELECT {schema}.tenant_id()")).Should().Be("a");
    }

    [Fact]
    public async Task Without_a_tenant_a_sealed_database_refuses_or_shows_nothing_as_the_option_says()
    {
        await using var raising = await SealedAsync();
        await using var silent = await SealedAsync(configure: o => o.RaiseWhenUnset = false);
        await silent.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");

        (await raising.Invoking(t => t.ScalarAsync<long>("a", "SELECT set_config('app.tenant_id', '', true)", "SELECT count(*) FROM {items}")).Should().ThrowAsync<PostgresException>())
            .Which.MessageText.Should().Be("no tenant is set on this transaction");
        (await silent.Session.ReadAsync(new("a"), silent.Batch("SELECT set_config('app.tenant_id', '', true)", "SELECT count(*) FROM {items}"), async (reader, ct) =>
        {
            await reader.NextResultAsync(ct);
            return await Tenants.FirstAsync<long>(reader, ct);
        }, Ct)).Should().Be(0);
    }

    private static Action<RlsOptions> Sealed(string role, params SealKey[] keys) => o =>
    {
        (o.Role, o.Sealing) = (role, Sealing.On);
        foreach (var key in keys.DefaultIfEmpty(First))
            o.SealKeys.Add(key);
    };

    private async Task<Tenants> SealedAsync(string? seed = null, bool other = false, Action<RlsOptions>? configure = null) => await Tenants.NewAsync(
        new(database.ConnectionString),
        o =>
        {
            Sealed(o.Role!)(o);
            if (other)
                o.Roles.Add(o.Role + "_other");
            configure?.Invoke(o);
        },
        seed: seed);
}
