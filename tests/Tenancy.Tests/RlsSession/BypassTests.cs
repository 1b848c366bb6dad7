using Microsoft.Extensions.Logging;
using Npgsql;

namespace Tenancy.Tests.RlsSession;

/// <summary>The one way past the policies.</summary>
public sealed class BypassTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Reason = "support case 4711: the \u00fcnused items of all tenants are counted; requested by billing";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsSession", 12)]
    public async Task Bypassing_is_on_another_data_source_with_a_reason_that_everybody_can_see()
    {
        await using var all = NpgsqlDataSource.Create(database.ConnectionString);
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), o => o.BypassDataSource = all);
        await tenants.ExecuteAsync("a", "INSERT INTO {items} VALUES ('a', 1)");
        await tenants.ExecuteAsync("b", "INSERT INTO {items} VALUES ('b', 1)");

        var (count, name) = await tenants.Session.BypassAsync(Reason, async (connection, ct) =>
        {
            await using var command = new NpgsqlCommand(tenants.Name("SELECT (SELECT count(*) FROM {items}), (SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid())"), connection);
            await using var reader = await command.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            return (reader.GetInt64(0), reader.GetString(1));
        }, Ct);

        count.Should().Be(2);
        name.Should().StartWith("bypass: support case 4711");
        tenants.Log.Entries.Should().ContainSingle(entry => entry.Id == 1).Which.Should().Match<(LogLevel Level, int, string Text)>(entry => entry.Level == LogLevel.Warning && entry.Text.Contains(Reason, StringComparison.Ordinal));
        await using var next = await all.OpenConnectionAsync(Ct);
        await using var left = new NpgsqlCommand("SHOW application_name", next);
        ((string)(await left.ExecuteScalarAsync(Ct))!).Should().NotContain("bypass");
    }

    [Theory]
    [InlineData("")]
    [InlineData("too short")]
    [InlineData("          x          ")]
    [InlineData("a reason with\na second line")]
    [Guarantee("RlsSession", 12)]
    public async Task A_reason_that_says_nothing_is_refused(string reason)
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString), o => o.BypassDataSource = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"));

        foreach (var bad in new[] { reason, new string('x', 501) })
            await tenants.Session.Invoking(s => s.BypassAsync(bad, (_, _) => Task.FromResult(1), Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*10 to 500*");
        tenants.Log.Count(1).Should().Be(0);
    }

    [Fact]
    [Guarantee("RlsSession", 12)]
    public async Task Without_a_data_source_for_it_there_is_no_bypass()
    {
        await using var tenants = await Tenants.NewAsync(new(database.ConnectionString));

        await tenants.Session.Invoking(s => s.BypassAsync(Reason, (_, _) => Task.FromResult(1), Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*RlsOptions.BypassDataSource*");
    }
}
