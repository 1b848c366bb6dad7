using System.Diagnostics;
using Npgsql;

namespace Kernel.Tests.Postgres;

public sealed class SchemaTextTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly ScriptAssembly Scripts = new(
        ("0001_orders", "CREATE TABLE {schema}.orders (id int, note text DEFAULT E'a;\\'b');"),
        ("0002_index", "-- patterns: no-transaction\nCREATE INDEX CONCURRENTLY orders_id ON {schema}.orders (id);"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_printed_installation_is_recognised_as_applied()
    {
        await using var application = Application.WithScripts(database.ConnectionString, "printed", Scripts);

        await PsqlAsync(application.Schema.Print());

        (await application.Schema.ApplyAsync(Ct)).Applied.Should().BeEmpty();
        (await application.ScalarAsync<bool>("SELECT to_regclass('{schema}.orders_id') IS NOT NULL")).Should().BeTrue();
    }

    [Fact]
    public async Task A_printed_text_skips_what_is_applied()
    {
        await using var application = Application.WithScripts(database.ConnectionString, "again", Scripts);
        await application.Schema.ApplyAsync(Ct);

        await PsqlAsync(application.Schema.Print());

        (await application.ScalarAsync<long>("SELECT count(*) FROM {schema}.schema_versions")).Should().Be(3);
    }

    [Fact]
    public async Task One_package_can_be_printed()
    {
        await using var application = Application.WithScripts(database.ConnectionString, "single", Scripts);

        application.Schema.Print("shop").Should().Contain("orders").And.Contain("schema_versions");
        application.Schema.Print("kernel").Should().NotContain("orders");
        application.Schema.Invoking(s => s.Print("shoe")).Should().Throw<ArgumentException>().WithMessage("*'shoe'*kernel, shop*");
    }

    private async Task PsqlAsync(string text)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo("psql", ["--no-psqlrc", "--quiet", "--no-password", "-h", settings.Host!, "-p", settings.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "-U", settings.Username!, "-d", settings.Database!])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = settings.Password ?? "";
        using var psql = Process.Start(start)!;
        var errors = psql.StandardError.ReadToEndAsync(Ct);
        var output = psql.StandardOutput.ReadToEndAsync(Ct);
        await psql.StandardInput.WriteAsync(text);
        psql.StandardInput.Close();
        await psql.WaitForExitAsync(Ct);
        (psql.ExitCode, await errors, await output).Should().Be((0, "", ""));
    }
}
