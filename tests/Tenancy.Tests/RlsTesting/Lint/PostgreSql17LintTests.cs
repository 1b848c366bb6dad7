using Npgsql;
using Patterns.RlsTesting;
using Tenancy.Tests.RlsTesting.Leaks;

namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>The same on PostgreSQL 17, whose catalogue tells more: who inherits is said by each grant.</summary>
public sealed class PostgreSql17LintTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("RlsTesting", 2), Guarantee("RlsTesting", 3)]
    public async Task A_protected_schema_is_clean_and_the_findings_and_repairs_are_those_of_every_version()
    {
        await using var server = await PgLite.StartAsync(Ct);
        // Its search path is set once, at its start: DISCARD ALL would take it away.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { NoResetOnClose = true }.ConnectionString);
        await RunAsync(source, "CREATE ROLE app; CREATE ROLE anon; CREATE ROLE owner; CREATE ROLE login LOGIN; CREATE ROLE other; GRANT CREATE ON SCHEMA public TO owner;");
        await RunAsync(source, Gallery.Protected);
        (await LintAsync(source, "tenant_id")).Should().BeEmpty();

        await RunAsync(source, "GRANT app TO login;");
        var inherits = (await LintAsync(source, "tenant_id")).Should().ContainSingle().Subject;
        inherits.Rule.Should().Be("login-inherits");
        await RunAsync(source, inherits.Repair);
        (await LintAsync(source, "tenant_id")).Should().BeEmpty();

        await RunAsync(source, "DROP TABLE orders, customers;");
        await RunAsync(source, SubscriptionScaffold.Supabase);
        await RunAsync(source, SubscriptionScaffold.Migration);
        (await LintAsync(source, "user_id")).Select(static finding => $"{finding.Rule} {finding.Object}").Should().BeEquivalentTo(SubscriptionScaffold.Expected.Select(Named));
    }

    private static Task<IReadOnlyList<RlsFinding>> LintAsync(NpgsqlDataSource source, string tenantColumn) => RlsAudit.For(source).Roles("app", "anon").TenantColumn(tenantColumn).Build().LintAsync(Ct);

    private static async Task RunAsync(NpgsqlDataSource source, string script)
    {
        await using var command = source.CreateCommand(Named(script));
        await command.ExecuteNonQueryAsync(Ct);
    }

    private static string Named(string text) => new[] { "app", "anon", "owner", "other", "login" }.Aggregate(text, static (named, role) => named.Replace($"{{{role}}}", role, StringComparison.Ordinal));
}
