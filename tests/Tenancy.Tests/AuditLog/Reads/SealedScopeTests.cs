using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.AuditLog;
using Patterns.RlsSession;
using Tenancy.Tests.RlsSession;

namespace Tenancy.Tests.AuditLog.Reads;

/// <summary>An application that seals its scopes with Patterns.RlsSession, and the log that asks for the seal.</summary>
public abstract class SealedScopeTests(Func<Route> route)
{
    private static readonly AuditActor Reader = new("user", "reader");
    private static readonly SealKey Key = new(1, RandomNumberGenerator.GetBytes(32));

    // What the README tells an administrator to run.
    private const string AskForTheSeal =
        """
        CREATE OR REPLACE FUNCTION {schema}.audit_log_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
            AS $$ SELECT CASE WHEN pg_catalog.current_setting('app.tenant_id', true) <> '' THEN {schema}.tenant_id() END $$;
        GRANT EXECUTE ON FUNCTION {schema}.tenant_id() TO "{s}_audit_owner", "{s}_audit_reader";
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("AuditLog", 2)]
    [Guarantee("AuditLog", 12)]
    public async Task Under_sealed_scopes_an_application_appends_reads_exports_and_verifies(bool withRoles)
    {
        await using var admin = await NewAsync(withRoles);
        await using var app = Application(admin, withRoles);
        var session = app.Services.GetRequiredService<IRlsSession>();

        await Task.WhenAll(app.Log.AppendAsync(TestLog.Entry("acme", "a.b.alone"), Ct), app.Log.AppendAsync(TestLog.Entry("globex", "a.b.alone"), Ct));
        await ScopedAsync("acme", t => app.Log.AppendAsync(t, TestLog.Entry("acme", "a.b.scoped"), Ct));
        await FluentActions.Awaiting(() => ScopedAsync("acme", t => app.Log.AppendAsync(t, TestLog.Entry("globex"), Ct))).Should().ThrowAsync<PostgresException>().WithMessage("42501*another tenant*");
        await app.Integrity.SealNowAsync(Ct);

        var alone = await app.Log.QueryAsync(new("acme", Reader), Ct);
        var scoped = await ScopedAsync("acme", t => app.Log.QueryAsync(t, new("acme", Reader) { ActionPrefix = "a." }, Ct));
        using var export = new MemoryStream();
        await app.Log.ExportAsync(new("acme", Reader), AuditFormat.JsonLines, export, Ct);

        foreach (var page in new[] { alone, scoped })
            page.Entries.Select(static e => (e.Entry.TenantId, e.Entry.Action)).Should().Equal(("acme", "a.b.scoped"), ("acme", "a.b.alone"));
        Encoding.UTF8.GetString(export.ToArray()).Should().Contain("a.b.scoped").And.Contain("a.b.alone").And.NotContain("globex").And.Contain("{\"head\":{\"runNo\":1,");
        (await app.Integrity.RedactAsync(new("acme", Reader, "nothing to be forgotten") { Actor = TestLog.Alice }, Ct)).Should().Be(0);
        (await app.Integrity.ProveAsync("acme", alone.Entries[0].Entry.Id, Reader, Ct)).Should().NotBeNull();
        (await app.Integrity.VerifyAsync(new(Reader), Ct)).IsIntact.Should().BeTrue();
        (await admin.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_entries WHERE action LIKE 'audit.%' AND actor_id = 'reader'")).Should().Be(5, "each of the five is an entry itself");

        Task<T> ScopedAsync<T>(string tenant, Func<NpgsqlTransaction, Task<T>> work) => app.InTransactionAsync(async transaction =>
        {
            await session.ApplyAsync(transaction, new(tenant), Ct);
            return await work(transaction);
        });
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task What_is_not_sealed_reads_nothing_and_the_refusal_says_what_to_set()
    {
        await using var admin = await NewAsync(withRoles: false);
        await using var app = Application(admin, withRoles: false);
        await using var unsealed = app.Again();
        await app.Log.AppendAsync([TestLog.Entry("acme"), TestLog.Entry("globex")], Ct);

        var alone = () => unsealed.Log.QueryAsync(new("acme", Reader), Ct);
        var injected = () => app.InTransactionAsync(async transaction =>
        {
            await app.Services.GetRequiredService<IRlsSession>().ApplyAsync(transaction, new("acme"), Ct);
            await using var set = new NpgsqlCommand("SELECT set_config('app.tenant_id', 'globex', true)", transaction.Connection, transaction);
            await set.ExecuteNonQueryAsync(Ct);
            return await app.Log.QueryAsync(transaction, new("globex", Reader), Ct);
        });

        await alone.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is not sealed*audit_log_tenant()*AuditLogOptions.ApplyScope*");
        await injected.Should().ThrowAsync<PostgresException>().WithMessage("42501*is not sealed*");
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task A_scope_of_another_tenant_or_of_none_or_without_the_readers_rights_is_not_read_in()
    {
        await using var admin = await NewAsync(withRoles: true);
        await using var other = Application(admin, withRoles: true, (_, t, _, ct) => SetAsync(t, "SELECT 1", ct));
        await using var wrong = Application(admin, withRoles: true, static (session, t, _, ct) => session.ApplyAsync(t, new("globex"), ct));
        await using var bare = Application(admin, withRoles: true, async (_, t, tenant, ct) => await SetAsync(t, $"SET LOCAL ROLE {admin.Schema}_bare", ct));
        await other.Log.AppendAsync([TestLog.Entry("acme"), TestLog.Entry("globex")], Ct);

        foreach (var (log, message) in new[] { (other, "*ApplyScope*'acme'*names another one or none*"), (wrong, "*ApplyScope*'acme'*names another one or none*"), (bare, "*ApplyScope*permission denied*audit_reader*") })
        {
            await FluentActions.Awaiting(() => log.Log.QueryAsync(new("acme", Reader), Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
            await FluentActions.Awaiting(() => log.Log.ExportAsync(new("acme", Reader), AuditFormat.Csv, Stream.Null, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
        }

        static async Task SetAsync(NpgsqlTransaction transaction, string sql, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    [Fact]
    public async Task A_function_that_raises_outside_of_scopes_stops_the_start_and_names_the_repair()
    {
        await using var admin = await NewAsync(withRoles: false);
        await admin.ExecuteAsync("CREATE OR REPLACE FUNCTION {schema}.audit_log_tenant() RETURNS text LANGUAGE sql STABLE AS 'SELECT {schema}.tenant_id()'");
        await using var refused = Application(admin, withRoles: false);

        var message = (await FluentActions.Awaiting(refused.StartAsync).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*raises outside of any scope*no tenant is set*").Which.Message;

        await admin.ExecuteAsync(message[message.IndexOf("CREATE OR REPLACE", StringComparison.Ordinal)..]);
        await using var started = Application(admin, withRoles: false);
        await started.StartAsync();
        await started.Log.AppendAsync(TestLog.Entry(), Ct);
        (await started.Log.QueryAsync(new("acme", Reader), Ct)).Entries.Should().ContainSingle();
    }

    // The tables of both packages, a login of the application, and a log that asks for the seal.
    private async Task<TestLog> NewAsync(bool withRoles)
    {
        var admin = await TestLog.NewAsync(route().Admin, more: services => services.AddRlsSession());
        var (s, login) = (admin.Schema, LoginOf(admin));
        var options = new RlsOptions();
        Sealed(admin, withRoles)(options);
        await admin.ExecuteAsync(
            $"""
             {(route().Login is null ? $"CREATE ROLE {login.Name} LOGIN PASSWORD '{login.Password}';" : $"ALTER ROLE {login.Name} INHERIT;")}
             CREATE ROLE {s}_app NOLOGIN;
             CREATE ROLE {s}_bare NOLOGIN;
             GRANT {s}_app, {s}_bare, {s}_audit_writer, {s}_audit_reader, {s}_audit_auditor TO {login.Name};
             GRANT {s}_audit_writer, {s}_audit_reader TO {s}_app;
             GRANT SELECT ON {s}.schema_versions, {s}.time_partitions TO {login.Name};
             {RlsSql.InstallFunctions(options, s)}
             {RlsSql.InstallKey(Key, schema: s)}
             {AskForTheSeal.Replace("{s}", s, StringComparison.Ordinal)}
             """);
        return admin;
    }

    private TestLog Application(TestLog admin, bool withRoles, Func<IRlsSession, NpgsqlTransaction, string, CancellationToken, Task>? apply = null)
    {
        var login = LoginOf(admin);
        var own = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = login.Name, Password = login.Password }.ConnectionString;
        apply ??= (session, transaction, tenant, ct) => session.ApplyAsync(transaction, new(tenant, Role: withRoles ? admin.Schema + "_audit_reader" : null), ct);
        return admin.Again(route().Through?.Invoke(own) ?? own, more: services =>
        {
            services.AddPostgres(o => o.MigrationConnectionString = admin.ConnectionString);
            services.AddRlsSession(Sealed(admin, withRoles));
            services.AddOptions<AuditLogOptions>().Configure<IRlsSession>((o, session) => o.ApplyScope = (transaction, tenant, ct) => apply(session, transaction, tenant, ct));
        });
    }

    private (string Name, string Password) LoginOf(TestLog admin) => route().Login ?? ("app_" + admin.Schema, "secret");

    private static Action<RlsOptions> Sealed(TestLog admin, bool withRoles) => o =>
    {
        o.Sealing = Sealing.On;
        o.SealKeys.Add(Key);
        if (!withRoles)
            return;
        o.Role = admin.Schema + "_app";
        o.Roles.Add(admin.Schema + "_audit_reader");
    };
}
