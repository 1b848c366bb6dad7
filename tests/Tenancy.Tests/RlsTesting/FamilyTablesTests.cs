using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.CreditLedger;
using Patterns.Postgres;
using Patterns.RlsSession;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting;

/// <summary>
/// The family's own tables, by the family's own tool: whoever is granted nothing reaches nothing, and whoever shares them with tenants can protect them. A package that gets tables
/// joins by a line in <see cref="Packages"/>.
/// </summary>
public sealed class FamilyTablesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string Schema = "patterns";

    private readonly string _tenant = "tenant" + Guid.CreateVersion7().ToString("N")[20..];

    /// <summary>Tables whose rows are never changed, so that an application is granted no more than to add some.</summary>
    private static readonly string[] AppendOnly = ["credit_ledger_entries"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var services = Packages(new ServiceCollection().AddLogging().AddPostgres(o => o.ConnectionString = database.ConnectionString)).BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync(Ct);
        await ExecuteAsync($"SELECT {Schema}.audit_log_keep_class('standard', 400), {Schema}.audit_log_keep_class('hipaa', 2192)");
        await services.GetRequiredService<ITimePartitions>().MaintainAsync(Ct);
        await ExecuteAsync(RlsSql.InstallFunctions(new RlsOptions(), Schema));
        await ExecuteAsync($"CREATE ROLE {_tenant}; GRANT USAGE ON SCHEMA {Schema} TO {_tenant}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_role_that_is_granted_nothing_reaches_no_table_of_any_package()
    {
        var matrix = await Audit().Build().ProbeAsync(Ct);

        matrix.Probes.Select(p => p.Table).Distinct(StringComparer.Ordinal).Should().Contain((await TablesAsync()).Select(t => $"{Schema}.{t}"));
        matrix.Probes.Should().OnlyContain(p => p.Seen == ProbeOutcome.Refused && p.IsSafe);
        (await Audit().Build().LintAsync(Ct)).Should().BeEmpty();
        (await RightsAsync()).Should().BeEmpty("scripts grant nothing to PUBLIC");
    }

    [Fact]
    public async Task Every_tenant_table_of_every_package_can_be_protected_and_then_passes_the_matrix_and_no_weakened_policy_goes_unnoticed()
    {
        var tables = await TablesAsync();
        foreach (var table in tables)
            await ExecuteAsync(Protect(table));

        var audit = Audit().AllowMutationOn(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!).Build();
        var matrix = await audit.ProbeAsync(Ct);
        var mutation = await audit.MutateAsync(ct: Ct);

        matrix.ThrowIfUnsafe();
        matrix.Probes.Where(p => p.Command == ProbeCommand.ReadOwn && p.Identity == ProbeIdentity.B && p.Seen == ProbeOutcome.Reached).Select(p => p.Table)
            .Should().BeEquivalentTo(tables.Select(t => $"{Schema}.{t}"), "each has a row of each tenant");
        mutation.ThrowIfBelow(1);
        (await audit.LintAsync(Ct)).Select(f => $"{f.Severity} {f.Rule} {f.Object}").Should().BeEmpty();
        foreach (var table in tables)
            await ExecuteAsync($"REVOKE ALL ON {Schema}.{table} FROM {_tenant}");
    }

    [Fact]
    public async Task Who_reads_the_audit_log_reads_one_tenants_entries_and_nothing_of_how_they_are_sealed()
    {
        await ExecuteAsync($"GRANT {Schema}_audit_reader TO {_tenant}");

        var matrix = await Audit().Build().ProbeAsync(Ct);

        matrix.ThrowIfUnsafe();
        matrix.Probes.Where(p => p.Seen == ProbeOutcome.Reached).Select(p => p.Table).Distinct(StringComparer.Ordinal)
            .Should().BeEquivalentTo($"{Schema}.audit_log_entries", $"{Schema}.audit_log_held_entries");
        var lint = await Audit().Ignore("index-not-leakproof", $"{Schema}.audit_log_entries_targets", "the owner's function audit_log_read searches it, past the policies and within the scope's tenant").Build().LintAsync(Ct);
        lint.Select(f => $"{f.Severity} {f.Rule} {f.Object}").Should().BeEmpty();
    }

    private static IServiceCollection Packages(IServiceCollection services) => services
        .AddWebhookDedup()
        .AddCreditLedger(o => o.Pool("paid", PoolKind.Paid))
        .AddRlsSession()
        .AddAuditLog()
        .AddLlmCost();

    private RlsAuditBuilder Audit() => RlsAudit.For(database.DataSource).Schemas(Schema).Roles(_tenant)
        .As(Identity.Setting("app.tenant_id", "acme"), Identity.Setting("app.tenant_id", "globex"));

    /// <summary>What Patterns.RlsSession prints, and what the application does behind it.</summary>
    private string Protect(string table) =>
        RlsSql.Protect($"{Schema}.{table}", new() { FunctionSchema = Schema })
        + $"GRANT SELECT, INSERT{(AppendOnly.Contains(table, StringComparer.Ordinal) ? "" : ", UPDATE, DELETE")} ON {Schema}.{table} TO {_tenant};";

    /// <summary>The tables with a tenant but those that have policies of their own; partitioned parents included and their partitions not: an application has no business with those.</summary>
    private async Task<IReadOnlyList<string>> TablesAsync()
    {
        var tables = await ListAsync(
            $"SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relnamespace = '{Schema}'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE 'audit%'");
        tables.Should().Contain("webhook_dedup_events").And.Contain("credit_ledger_entries").And.Contain("llm_cost_calls");
        return tables;
    }

    private Task<IReadOnlyList<string>> RightsAsync() => ListAsync(
        $"""
        SELECT c.relname || ': ' || x.privilege_type FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x WHERE c.relnamespace = '{Schema}'::regnamespace AND x.grantee IN (0, '{_tenant}'::regrole)
        UNION ALL SELECT p.proname || ' is SECURITY DEFINER and EXECUTE is PUBLIC''s' FROM pg_proc p WHERE p.pronamespace = '{Schema}'::regnamespace AND p.prosecdef AND has_function_privilege('{_tenant}', p.oid, 'EXECUTE')
        """);

    private async Task<IReadOnlyList<string>> ListAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var list = new List<string>();
        while (await reader.ReadAsync(Ct))
            list.Add(reader.GetString(0));
        return list;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
