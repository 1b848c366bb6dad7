using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>What is not probed, and what is said instead.</summary>
public sealed class RefusalTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ALTER ROLE {app} SUPERUSER")]
    [InlineData("ALTER ROLE {app} BYPASSRLS")]
    [Guarantee("RlsTesting", 12)]
    public async Task A_role_that_no_policy_applies_to_is_refused_by_name(string sql)
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + sql);

        await shop.Invoking(s => s.ProbeAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*'{shop.App}'*proves nothing*");
        await shop.Invoking(s => s.MutateAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*'{shop.App}'*");
    }

    [Fact]
    [Guarantee("RlsTesting", 12)]
    public async Task The_roles_of_identities_and_visitors_are_looked_at_too()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + "ALTER ROLE {anon} BYPASSRLS; ALTER ROLE {owner} BYPASSRLS");

        await shop.Invoking(s => s.ProbeAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*'{shop.Anon}'*");
        var claims = shop.Audit().Roles(shop.App).As(Identity.Claims("""{"sub":"a"}""", shop.Owner, "a"), Identity.Claims("""{"sub":"b"}""", shop.Owner, "b")).Build();
        await claims.Invoking(a => a.ProbeAsync(Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*'{shop.Owner}'*");
        await shop.Invoking(s => s.ProbeAsync(b => b.Roles("nobody_of_that_name"))).Should().ThrowAsync<InvalidOperationException>().WithMessage("There is no role 'nobody_of_that_name'.");
    }

    [Fact]
    public async Task An_administrator_who_may_not_take_on_the_role_is_told_what_to_grant()
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + "ALTER ROLE {owner} LOGIN");
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = shop.Owner });

        await shop.Audit(owner).Build().Invoking(a => a.ProbeAsync(Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage($"*GRANT \"{shop.App}\"*");
    }

    [Fact]
    public void Two_identities_are_two_tenants()
    {
        var audit = RlsAudit.For(database.DataSource);

        audit.Invoking(b => b.As(Identity.Setting("app.tenant_id", "x"), Identity.Setting("app.other", "x"))).Should().Throw<ArgumentException>().WithMessage("*'x'*");
        FluentActions.Invoking(() => Identity.Setting("app.tenant_id", "")).Should().Throw<ArgumentException>("that is no tenant");
    }

    [Fact]
    public async Task Without_tenants_there_is_nothing_to_probe()
    {
        var audit = RlsAudit.For(database.DataSource).Roles("pg_monitor").Build();

        await audit.Invoking(a => a.ProbeAsync(Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*As(...)*");
        await audit.Invoking(a => a.MutateAsync(null, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*As(...)*");
    }
}
