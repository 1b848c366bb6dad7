using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>What schema scripts promise, on a direct connection and through a pooler.</summary>
public abstract class SchemaTests(Func<string> connectionString)
{
    private static readonly (string, string) One = ("0001_orders", "CREATE TABLE {schema}.orders (id int PRIMARY KEY, note jsonb DEFAULT '{\"a\": {\"schema\": 1}}');");
    private static readonly (string, string) Two = ("0002_lines", "CREATE TABLE {schema}.lines (id int);\nINSERT INTO {schema}.lines VALUES (1);");
    private static readonly (string, string) Three = ("0003_more", "ALTER TABLE {schema}.lines ADD price int;");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 1)]
    public async Task Missing_scripts_are_applied_in_order_and_once()
    {
        await using var application = New("once", One, Two);

        var first = await application.Schema.ApplyAsync(Ct);
        var second = await application.Schema.ApplyAsync(Ct);

        first.Applied.Should().Equal("kernel/0001_kernel", "shop/0001_orders", "shop/0002_lines");
        second.Applied.Should().BeEmpty();
        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.lines")).Should().Be(1);
        (await application.ScalarAsync<string>("SELECT column_default FROM information_schema.columns WHERE table_schema = 'once' AND column_name = 'note'")).Should().Contain("{\"schema\": 1}");
    }

    [Fact]
    public async Task A_later_version_adds_its_scripts()
    {
        await using var old = New("upgrade", One);
        await old.Schema.ApplyAsync(Ct);
        await using var application = New("upgrade", One, Two, Three);

        var report = await application.Schema.ApplyAsync(Ct);

        report.Applied.Should().Equal("shop/0002_lines", "shop/0003_more");
    }

    [Fact]
    [Guarantee("Postgres", 2)]
    public async Task A_script_that_was_edited_after_it_was_applied_refuses_the_start()
    {
        await using var before = New("edited", One);
        await before.Schema.ApplyAsync(Ct);
        await using var application = New("edited", (One.Item1, One.Item2 + "\nSELECT 1;"), Two);

        var error = (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which;

        error.Message.Should().Contain("shop/0001_orders").And.Contain("edited after it was applied (at 2").And.Contain("add a new script");
        (error.Package, error.Script).Should().Be(("shop", "0001_orders"));
        (await application.ScalarAsync<bool>("SELECT to_regclass('{schema}.lines') IS NULL")).Should().BeTrue();
    }

    [Fact]
    public async Task Line_endings_a_byte_order_mark_and_trailing_blanks_do_not_change_a_script()
    {
        await using var before = New("endings", Two);
        await Renumber(before).Schema.ApplyAsync(Ct);
        await using var application = New("endings", ("0001_lines", "\uFEFF" + Two.Item2.Replace("\n", "  \r\n", StringComparison.Ordinal) + "\r\n\r\n"));

        (await application.Schema.ApplyAsync(Ct)).Applied.Should().BeEmpty();

        Application Renumber(Application _) => New("endings", ("0001_lines", Two.Item2));
    }

    [Fact]
    public async Task A_renamed_script_refuses_the_start()
    {
        await using var before = New("renamed", One);
        await before.Schema.ApplyAsync(Ct);
        await using var application = New("renamed", ("0001_other", One.Item2));

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*stands where 0001_orders was applied*");
    }

    [Fact]
    public async Task A_gap_in_what_is_applied_refuses_the_start()
    {
        await using var application = New("gap", One, Two, Three);
        await application.Schema.ApplyAsync(Ct);
        await application.ExecuteAsync("DELETE FROM {schema}.schema_versions WHERE package = 'shop' AND number = 2");

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*shop/0002_lines is missing in the middle*");
    }

    [Fact]
    public async Task Scripts_of_a_newer_deployment_are_accepted_with_a_warning()
    {
        await using var newer = New("newer", One, Two);
        await newer.Schema.ApplyAsync(Ct);
        await using var application = New("newer", One);

        (await application.Schema.ApplyAsync(Ct)).Newer.Should().Equal("shop/0002_lines");
        application.Logged.Should().ContainSingle(line => line.StartsWith("Warning: ", StringComparison.Ordinal) && line.Contains("shop/0002_lines"));
    }

    [Theory]
    [InlineData("0002_x")]
    [InlineData("0001_x", "0001_y")]
    [InlineData("0001_x", "0003_y")]
    public async Task Numbers_with_gaps_or_repeats_are_refused_before_anything_is_sent(params string[] names)
    {
        await using var application = New("numbers", [.. names.Select(n => (n, "SELECT 1;"))]);

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*must be numbered 0001*");
    }

    [Fact]
    public async Task An_assembly_without_scripts_is_refused()
    {
        await using var application = New("empty");

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*embeds no schema scripts for 'shop'*");
    }

    [Fact]
    [Guarantee("Postgres", 1)]
    public async Task A_script_that_fails_in_its_third_statement_leaves_nothing_and_says_where()
    {
        const string Text =
            """
            CREATE TABLE {schema}.a (id int);
            -- a comment; with a semicolon
            CREATE FUNCTION {schema}.f() RETURNS text LANGUAGE sql AS $body$ SELECT 'x;y' /* ; /* nested; */ */ $body$;
            CREATE TABLE {schema}.b (
                id nosuchtype);
            CREATE TABLE {schema}.c (id int);
            """;
        await using var application = New("third", One, ("0002_broken", Text));

        var error = (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which;

        (error.Package, error.Script, error.Line, error.Column, error.SqlState).Should().Be(("shop", "0002_broken", 5, 8, "42704"));
        error.Statement.Should().Be("CREATE TABLE \"third\".b (");
        (await application.ScalarAsync<bool>("SELECT to_regclass('{schema}.a') IS NULL AND to_regclass('{schema}.b') IS NULL AND to_regclass('{schema}.orders') IS NOT NULL")).Should().BeTrue();
        (await application.Schema.CheckAsync(Ct)).Missing.Should().Equal("shop/0002_broken");
    }

    [Fact]
    public async Task A_failure_while_a_statement_runs_names_the_statement()
    {
        await using var application = New("running", ("0001_x", "SELECT 1;\n\n  SELECT E'it\\'s; fine', \"a;b\" FROM (SELECT 1 AS \"a;b\") t WHERE 1/0 = 1;"));

        var error = (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which;

        (error.Line, error.SqlState).Should().Be((3, "22012"));
        error.Statement.Should().StartWith("SELECT E'it");
    }

    [Fact]
    public async Task A_script_must_qualify_its_names()
    {
        await using var application = New("qualify", ("0001_x", "CREATE TABLE loose (id int);"));

        (await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>()).Which.SqlState.Should().Be("3F000");
    }

    [Fact]
    public async Task Two_schemas_of_one_database_are_independent()
    {
        await using var left = New("left", One);
        await using var right = New("right", One);

        var reports = await Task.WhenAll(left.Schema.ApplyAsync(Ct), right.Schema.ApplyAsync(Ct));

        reports.Should().OnlyContain(r => r.Applied.Count == 2);
    }

    [Fact]
    public async Task Checking_changes_nothing_and_says_what_is_missing()
    {
        await using var application = New("verify", One);

        (await application.Schema.CheckAsync(Ct)).Missing.Should().Equal("kernel/0001_kernel", "shop/0001_orders");

        (await application.ScalarAsync<bool>("SELECT to_regnamespace('verify') IS NULL")).Should().BeTrue();
    }

    [Fact]
    public async Task A_lock_on_a_table_is_waited_for_in_short_tries()
    {
        await using var before = New("locked", One);
        await before.Schema.ApplyAsync(Ct);
        await using var application = New("locked", One, ("0002_x", "SET LOCAL lock_timeout = '20ms';\nALTER TABLE {schema}.orders ADD x int;"));
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("LOCK TABLE locked.orders IN ACCESS SHARE MODE", connection))
            await hold.ExecuteNonQueryAsync(Ct);

        var applying = application.Schema.ApplyAsync(Ct);
        await Eventually.HoldsAsync("a try met the lock", () => Task.FromResult(application.Logged.Any(l => l.Contains("met a lock"))));
        await transaction.RollbackAsync(Ct);

        (await applying).Applied.Should().Equal("shop/0002_x");
    }

    [Fact]
    public async Task An_installer_that_waits_too_long_says_for_whom()
    {
        await using var application = New("waiting", [One], o => o.SchemaLockWait = TimeSpan.FromMilliseconds(1));
        await using var connection = await OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('patterns.schema.waiting', 0))", connection))
            await hold.ExecuteNonQueryAsync(Ct);

        await application.Invoking(a => a.Schema.ApplyAsync(Ct)).Should().ThrowAsync<SchemaException>().WithMessage("*longer than PostgresOptions.SchemaLockWait*");

        await transaction.RollbackAsync(Ct);
        (await application.Schema.ApplyAsync(Ct)).Applied.Should().HaveCount(2);
    }

    private Application New(string schema, params (string, string)[] scripts) => New(schema, scripts, null);

    private Application New(string schema, (string, string)[] scripts, Action<PostgresOptions>? configure) =>
        Application.WithScripts(connectionString(), schema, new ScriptAssembly(scripts), configure);

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(connectionString());
        await connection.OpenAsync(Ct);
        return connection;
    }
}
