namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class SubscriptionScaffoldTests(PostgresServer server)
{
    [Fact, Guarantee("RlsTesting", 2)]
    public async Task A_subscription_schema_for_supabase_shows_exactly_what_is_wrong_with_it()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, SubscriptionScaffold.Supabase, SubscriptionScaffold.Migration);
        var owner = await OwnerAsync(database);

        var findings = await database.LintAsync(static audit => audit.TenantColumn("user_id"));

        findings.Select(static finding => $"{finding.Rule} {finding.Object}")
            .Should().BeEquivalentTo(SubscriptionScaffold.Expected.Select(expected => database.Named(expected).Replace("of postgres", $"of {owner}", StringComparison.Ordinal)));
    }

    [Fact, Guarantee("RlsTesting", 3)]
    public async Task Its_repairs_run_and_leave_only_what_a_person_must_decide()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, SubscriptionScaffold.Supabase, SubscriptionScaffold.Migration);
        var rounds = 0;
        for (var left = await database.LintAsync(static audit => audit.TenantColumn("user_id")); ; left = await database.LintAsync(static audit => audit.TenantColumn("user_id")))
        {
            var next = left.FirstOrDefault(static finding => !finding.Repair.StartsWith("--", StringComparison.Ordinal));
            if (next is null)
            {
                left.Select(static finding => $"{finding.Rule} {finding.Object}").Should().BeEquivalentTo(
                    "undecided-table public.plans",
                    "policy-always-true \"Service role full access\" on public.profiles",
                    "policies-widen public.profiles",
                    "index-not-leakproof public.subscriptions_by_status");
                return;
            }

            await database.RunAsync(next.Repair);
            rounds++.Should().BeLessThan(60, "every repair removes its finding");
        }
    }

    private static async Task<string> OwnerAsync(AuditedDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("SELECT quote_ident(current_user)");
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
