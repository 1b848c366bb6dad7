using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>What the start and the health check refuse, and how it is repaired.</summary>
public sealed class StartTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What somebody does to the roles, the object that the refusal names, and the repair, which it names as well.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "ALTER ROLE {login} BYPASSRLS", "Role {login} has BYPASSRLS", "ALTER ROLE \"{login}\" NOSUPERUSER NOBYPASSRLS" },
        { "ALTER ROLE {login} SUPERUSER", "Role {login} is a superuser", "ALTER ROLE \"{login}\" NOSUPERUSER NOBYPASSRLS" },
        { "ALTER ROLE {role} BYPASSRLS", "Role {role} has BYPASSRLS", "ALTER ROLE \"{role}\" NOSUPERUSER NOBYPASSRLS" },
        { "CREATE TABLE {schema}_own (tenant_id text); ALTER TABLE {schema}_own OWNER TO {login}", "Role {login} has the rights of the owner of {schema}_own", "ALTER TABLE {schema}_own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" },
        { "CREATE TABLE {schema}.own (x int); ALTER TABLE {schema}.own ENABLE ROW LEVEL SECURITY, OWNER TO {role}", "Role {role} has the rights of the owner of {schema}.own", "ALTER TABLE {schema}.own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" },
        { "REVOKE {role} FROM {login}", "Role {login} cannot become {role}", "GRANT \"{role}\" TO \"{login}\"" },
        { "ALTER ROLE {login} SET app.tenant_id = 'a'", "app.tenant_id has a default", "ALTER ROLE \"{login}\" RESET app.tenant_id" },
        { "DO $$ BEGIN EXECUTE format('ALTER ROLE {login} IN DATABASE %I SET app.user_id = ''a''', current_database()); END $$", "app.user_id has a default", "ALTER ROLE \"{login}\" IN DATABASE" },
        { "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.rls_seal = ' || quote_literal('a'), current_database()); END $$", "app.rls_seal has a default", "RESET app.rls_seal" },
        { "CREATE OR REPLACE FUNCTION {schema}.rls_session_refuse() RETURNS text LANGUAGE sql AS 'SELECT ''a'''", "{schema}\".tenant_id() does not refuse", "InstallFunctions" },
        { "REVOKE USAGE ON SCHEMA {schema} FROM {role}", "{schema}\".tenant_id() cannot be called", "GRANT USAGE ON SCHEMA" },
    };

    [Theory, MemberData(nameof(Faults))]
    [Guarantee("RlsSession", 13)]
    public async Task Where_policies_would_not_hold_the_application_does_not_start(string fault, string named, string repair)
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        (await tenants.RefusalAsync()).Should().BeEmpty();
        (await HealthAsync(tenants)).Status.Should().Be(HealthStatus.Healthy);

        await tenants.OwnerAsync(fault);
        try
        {
            tenants.Source.Clear();
            (await tenants.RefusalAsync()).Should().Contain(tenants.Name(named)).And.Contain(tenants.Name(repair));
            (await HealthAsync(tenants)).Should().Match<HealthReportEntry>(entry => entry.Status == HealthStatus.Unhealthy && entry.Description!.Contains(tenants.Name(named), StringComparison.Ordinal));
            (await tenants.RefusalAsync(o => o.VerifyOnStart = false)).Should().BeEmpty();
        }
        finally
        {
            // Another test must not meet a superuser, or a table, of this one.
            await tenants.OwnerAsync("ALTER ROLE {login} NOSUPERUSER NOBYPASSRLS; ALTER ROLE {role} NOBYPASSRLS; DROP TABLE IF EXISTS {schema}_own; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$");
        }
    }

    [Theory]
    [InlineData("ALTER ROLE {login} BYPASSRLS", "ALTER ROLE \"{login}\" NOSUPERUSER NOBYPASSRLS;")]
    [InlineData("CREATE TABLE {schema}.own (tenant_id text); ALTER TABLE {schema}.own ENABLE ROW LEVEL SECURITY, OWNER TO {login}", "ALTER TABLE {schema}.own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;")]
    [InlineData("REVOKE {role} FROM {login}", "GRANT \"{role}\" TO \"{login}\";")]
    [InlineData("ALTER ROLE {login} SET app.tenant_id = 'a'", "ALTER ROLE \"{login}\" RESET app.tenant_id;")]
    public async Task The_sql_of_the_refusal_repairs_it(string fault, string repair)
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        await tenants.OwnerAsync(fault);
        (await tenants.RefusalAsync()).Should().Contain(tenants.Name(repair));

        await tenants.OwnerAsync(repair);

        (await tenants.RefusalAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("ALTER ROLE ALL SET {setting} = 'a'", "ALTER ROLE ALL RESET {setting};")]
    [InlineData("ALTER ROLE {login} SET \"{SETTING}\" = 'a'", "ALTER ROLE \"{login}\" RESET {setting};")]
    [Guarantee("RlsSession", 13)]
    public async Task A_default_is_found_wherever_it_is_and_however_it_is_spelled(string fault, string repair)
    {
        // A setting of the test's own, since a default of all roles is the whole server's.
        var setting = $"app.tenant_{Guid.CreateVersion7():n}";
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), o => o.SettingName = setting);
        string Named(string text) => tenants.Name(text).Replace("{setting}", setting, StringComparison.Ordinal).Replace("{SETTING}", setting.ToUpperInvariant(), StringComparison.Ordinal);
        await tenants.OwnerAsync(Named(fault));
        try
        {
            tenants.Source.Clear();
            (await tenants.RefusalAsync(o => o.SettingName = setting)).Should().Contain(Named(repair));
        }
        finally
        {
            await tenants.OwnerAsync(Named(repair));
        }

        tenants.Source.Clear();
        (await tenants.RefusalAsync(o => o.SettingName = setting)).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("RlsSession", 13)]
    public async Task A_role_that_is_not_there_is_named()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));

        (await tenants.RefusalAsync(o => o.Roles.Add("nobody_" + tenants.Suffix))).Should().Contain($"There is no role nobody_{tenants.Suffix}").And.Contain("CREATE ROLE");
    }

    [Fact]
    [Guarantee("RlsSession", 13)]
    public async Task A_login_role_that_reads_the_keys_could_seal_anything_and_is_refused()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        await tenants.OwnerAsync("GRANT SELECT ON {schema}.rls_session_keys TO {login}");

        (await tenants.RefusalAsync()).Should().BeEmpty("nothing is sealed");
        (await tenants.RefusalAsync(o =>
        {
            o.Sealing = Sealing.On;
            o.SealKeys.Add(new(1, new byte[32]));
        })).Should().Contain($"Role {tenants.Login} has rights on {tenants.Schema}.rls_session_keys").And.Contain("REVOKE ALL");
    }

    [Fact]
    public async Task A_login_role_with_rights_of_its_own_is_warned_of()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        await tenants.OwnerAsync($"CREATE TABLE granted_{tenants.Suffix} (tenant_id text); GRANT SELECT ON granted_{tenants.Suffix} TO {tenants.Login}");

        (await tenants.RefusalAsync()).Should().BeEmpty();

        tenants.Log.Entries.Should().Contain(entry => entry.Id == 3 && entry.Level == LogLevel.Warning
            && entry.Text.Contains($"{tenants.Login} has rights of its own on granted_{tenants.Suffix}", StringComparison.Ordinal) && entry.Text.Contains("RESET ROLE", StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("RlsSession", 14)]
    public async Task The_functions_follow_the_options_and_are_written_once()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        var version = () => tenants.OwnerAsync<string>("SELECT xmin::text FROM pg_proc WHERE oid = '{schema}.tenant_id()'::regprocedure");
        var before = await version();

        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tenants.RefusalAsync()))).Should().AllBe("");
        (await version()).Should().Be(before);
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => tenants.RefusalAsync(o => o.RaiseWhenUnset = false)))).Should().AllBe("");
        (await version()).Should().NotBe(before);
        tenants.Log.Count(4).Should().Be(1);
    }

    [Fact]
    [Guarantee("RlsSession", 14)]
    public async Task Where_nothing_may_be_changed_the_start_prints_what_to_run()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));
        Action<RlsOptions> silent = o => o.RaiseWhenUnset = false;
        Action<PostgresOptions> verify = o => (o.SchemaMode, o.MigrationConnectionString) = (SchemaMode.Verify, null);
        (await tenants.RefusalAsync(database: verify)).Should().BeEmpty();

        var refusal = await tenants.RefusalAsync(silent, verify);

        refusal.Should().Contain("SchemaMode is Verify").And.Contain("CREATE OR REPLACE FUNCTION");
        await tenants.OwnerAsync(refusal[refusal.IndexOf("CREATE OR REPLACE", StringComparison.Ordinal)..]);
        (await tenants.RefusalAsync(silent, verify)).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("RlsSession", 14)]
    public async Task Without_the_right_to_install_the_start_says_what_to_do()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));

        (await tenants.RefusalAsync(o => o.RaiseWhenUnset = false, o => o.MigrationConnectionString = null)).Should().Contain("cannot be installed").And.Contain("MigrationConnectionString").And.Contain("RlsSql.InstallFunctions");
    }

    private static async Task<HealthReportEntry> HealthAsync(Tenants tenants) =>
        (await tenants.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(registration => registration.Name == "patterns_rls", Ct)).Entries["patterns_rls"];
}
