using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>Views over tenant tables, and functions that see through them.</summary>
public sealed class ViewTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Ledger =
        """
        CREATE TABLE {s}.ledger (tenant_id text NOT NULL, id uuid NOT NULL, note text NOT NULL, PRIMARY KEY (tenant_id, id));

        """;

    [Theory]
    [InlineData("SELECT * FROM {s}.ledger", true)]
    [InlineData("SELECT note FROM {s}.ledger", true)]
    [InlineData("SELECT * FROM {s}.ledger WHERE tenant_id = current_setting('app.tenant_id', true)", false)]
    [Guarantee("RlsTesting", 8)]
    public async Task A_view_that_shows_the_rows_of_another_tenant_is_a_leak(string query, bool leaks)
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + Ledger + $"CREATE VIEW {{s}}.shown AS {query}; GRANT SELECT ON {{s}}.shown TO {{app}}; GRANT INSERT ON {{s}}.ledger TO {{app}}");

        var matrix = await shop.ProbeAsync();

        matrix.Probes.Single(p => p.Table == shop.Schema + ".shown" && p.Command == ProbeCommand.Select).IsSafe.Should().Be(!leaks);
    }

    [Theory]
    [InlineData("a plain view", "", "SELECT * FROM {s}.ledger WHERE tenant_id = current_setting('app.tenant_id', true)", true)]
    [InlineData("a plain view that hides the column", "", "SELECT note FROM {s}.ledger WHERE tenant_id = current_setting('app.tenant_id', true)", true)]
    [InlineData("a barrier", "WITH (security_barrier)", "SELECT * FROM {s}.ledger WHERE tenant_id = current_setting('app.tenant_id', true)", false)]
    [InlineData("policies beneath", "WITH (security_invoker)", "SELECT * FROM {s}.orders WHERE tenant_id = current_setting('app.tenant_id', true)", false)]
    [Guarantee("RlsTesting", 15)]
    public async Task A_view_that_filters_by_itself_is_seen_through_unless_it_is_a_barrier_or_policies_lie_beneath(string kind, string options, string query, bool leaks)
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + Ledger + $"CREATE VIEW {{s}}.shown {options} AS {query}; GRANT SELECT ON {{s}}.shown TO {{app}}; GRANT INSERT ON {{s}}.ledger TO {{app}}");

        var matrix = await shop.ProbeAsync();

        var view = matrix.Probes.Where(p => p.Table == shop.Schema + ".shown").ToDictionary(p => p.Command);
        view[ProbeCommand.Select].IsSafe.Should().BeTrue("what the view shows is its tenant's own");
        view[ProbeCommand.PushDown].Should().Match<Probe>(p => p.IsSafe != leaks && p.Seen == (leaks ? ProbeOutcome.Reached : ProbeOutcome.ZeroRows), kind);
    }
}
