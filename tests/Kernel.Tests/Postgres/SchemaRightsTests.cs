using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Schema scripts under roles that may do little.</summary>
public sealed class SchemaRightsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly (string, string) One = ("0001_orders", "CREATE TABLE {schema}.orders (id int PRIMARY KEY);");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_start_with_nothing_missing_is_one_select_and_needs_no_right_to_change_the_schema()
    {
        await using var owner = New("reader", One);
        await owner.Schema.ApplyAsync(Ct);
        var role = await PlainRoleAsync();
        await owner.ExecuteAsync($"GRANT USAGE ON SCHEMA {{schema}} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {{schema}} TO {role}");

        await using var application = Application.WithScripts(As(role), "reader", new ScriptAssembly(One));
        await using var proxy = StatementCount.Start();
        var report = await application.Schema.ApplyAsync(Ct);

        report.Should().BeEquivalentTo(new SchemaReport([], [], []));
        proxy.Statements.Should().ContainSingle().Which.Should().StartWith("SELECT");
    }

    [Fact]
    public async Task Without_the_right_the_exact_grant_is_named()
    {
        var role = await PlainRoleAsync();
        await using var application = Application.WithScripts(As(role), "denied", new ScriptAssembly(One));

        var error = (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which;

        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        error.Message.Should().Contain($"GRANT CREATE ON DATABASE {name} TO {role};").And.Contain("Verify");
        await using var owner = New("denied", One);
        await owner.ExecuteAsync($"GRANT CREATE ON DATABASE {name} TO {role}");
        (await application.Schema.ApplyAsync(Ct)).Applied.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_role_that_may_not_read_the_versions_is_told_the_grant()
    {
        await using var owner = New("unread", One);
        await owner.Schema.ApplyAsync(Ct);
        var role = await PlainRoleAsync();
        await using var application = Application.WithScripts(As(role), "unread", new ScriptAssembly(One));

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage($"*GRANT USAGE ON SCHEMA \"unread\" TO {role};*");
    }

    [Fact]
    public async Task A_migration_connection_lets_the_application_have_no_right_at_all()
    {
        var role = await PlainRoleAsync();
        await using var application = Application.WithScripts(As(role), "migrated", new ScriptAssembly(One), o => o.MigrationConnectionString = database.ConnectionString);

        (await application.Schema.ApplyAsync(Ct)).Applied.Should().HaveCount(2);
    }

    private Application New(string schema, params (string, string)[] scripts) => Application.WithScripts(database.ConnectionString, schema, new ScriptAssembly(scripts));

    private string As(string role) => new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = role, Password = "secret" }.ConnectionString;

    private async Task<string> PlainRoleAsync()
    {
        var role = "r" + Guid.CreateVersion7().ToString("N");
        await using var command = database.DataSource.CreateCommand($"CREATE ROLE {role} LOGIN PASSWORD 'secret'");
        await command.ExecuteNonQueryAsync(Ct);
        return role;
    }
}
