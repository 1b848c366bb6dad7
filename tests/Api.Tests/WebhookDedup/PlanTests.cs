using Npgsql;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>What the statement reads, as the server itself counts it within the transaction.</summary>
public sealed class PlanTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    // The view also holds what the session's last transactions did, so that only a difference speaks of a claim.
    private const string Reads =
        """
        SELECT relname, coalesce(seq_scan, 0), seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd
        FROM pg_stat_xact_user_tables WHERE relname LIKE 'webhook_dedup%'
        """;

    [Fact, Guarantee("WebhookDedup", 8)]
    public async Task A_claim_touches_two_partitions_and_scans_none_also_with_a_plan_from_when_they_were_empty()
    {
        await using var application = await StartAsync(database.ConnectionString);
        foreach (var generation in new[] { 3, 4 })
            await application.ExecuteAsync($"CREATE TABLE patterns.webhook_dedup_keys_g{generation} PARTITION OF patterns.webhook_dedup_keys FOR VALUES IN ({generation})");
        await application.ExecuteAsync("UPDATE patterns.webhook_dedup_clock SET current = 3");

        // The planner now knows for certain that all of them are empty, so that a scan is the cheapest way to read them.
        await application.ExecuteAsync("VACUUM ANALYZE patterns.webhook_dedup_keys");
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 7; i++) await ClaimAsync(application, connection, Event());

        await application.ExecuteAsync(
            """
            INSERT INTO patterns.webhook_dedup_keys (tenant_id, source, event_id, generation, receipt_id, received_at, stored)
            SELECT '_', 'stripe', 'evt_' || g || '_' || i, g, gen_random_uuid(), now(), false FROM generate_series(1, 4) g, generate_series(1, 5000) i
            """);

        foreach (var (id, outcome, touched) in new[]
        {
            ("evt_new", ClaimOutcome.New, "webhook_dedup_keys_g2 webhook_dedup_keys_g3"),
            ("evt_3_77", ClaimOutcome.Duplicate, "webhook_dedup_keys_g2 webhook_dedup_keys_g3"),
            ("evt_2_77", ClaimOutcome.Duplicate, "webhook_dedup_keys_g2 webhook_dedup_keys_g3"),
        })
        {
            var seen = await ClaimAsync(application, connection, Event(id));
            seen.Should().Be((outcome, touched, 0));
        }

        await using var holder = await application.BeginAsync();
        await holder.ClaimAsync(Event("evt_3_99"));
        (await ClaimAsync(application, connection, Event("evt_3_99"))).Should().Be((ClaimOutcome.Duplicate, "webhook_dedup_keys_g2 webhook_dedup_keys_g3", 0));
    }

    [Fact, Guarantee("WebhookDedup", 9)]
    public async Task A_claim_is_one_statement_in_one_round_trip()
    {
        await using var application = await StartAsync(database.ConnectionString);
        await using var transaction = await application.BeginAsync();
        await transaction.ClaimAsync(Event());
        var statements = 0;
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => System.Diagnostics.ActivitySamplingResult.AllData,
            ActivityStarted = activity => statements += activity.TraceId == System.Diagnostics.Activity.Current?.Parent?.TraceId ? 1 : 0,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        using var own = new System.Diagnostics.Activity("test").Start();

        await transaction.ClaimAsync(Enumerable.Range(0, 100).Select(_ => Event()).ToArray());

        statements.Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 18)]
    public async Task A_lease_scans_no_partition_however_many_events_are_done_also_with_a_plan_from_when_they_were_empty()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        var partitions = Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<Patterns.Postgres.ITimePartitions>(application.Services);
        var today = (DateTimeOffset)await application.ScalarAsync<DateTime>("SELECT now()");
        for (var day = 0; day < 14; day++) await partitions.EnsureAsync("webhook_dedup_events", today.AddDays(-day).AddMinutes(day > 0 ? 1 : 0), TestContext.Current.CancellationToken);
        await application.ExecuteAsync("VACUUM ANALYZE patterns.webhook_dedup_events");
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 7; i++) await LeaseAsync(connection);
        await application.ExecuteAsync(
            """
            INSERT INTO patterns.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, payload, state, next_at)
            SELECT '_', gen_random_uuid(), statement_timestamp() - interval '1 day' * (i % 13), 'stripe', 'e' || i, '', CASE WHEN i % 5000 = 0 THEN 'pending' ELSE 'done' END, statement_timestamp()
            FROM generate_series(1, 30000) i
            """);

        (await LeaseAsync(connection)).Should().Be((6, 0));
    }

    private static async Task<(int Leased, long Scans)> LeaseAsync(NpgsqlConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var before = await ReadsAsync(transaction);
        var leased = 0;
        await using (var command = new NpgsqlCommand("SELECT o_receipt FROM patterns.webhook_dedup_lease('{stripe}', 8, gen_random_uuid(), '5 minutes', 12)", connection, transaction))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken)) leased++;
        }

        var after = await ReadsAsync(transaction);
        return (leased, after.Sum(table => table.Value.Scans - before.GetValueOrDefault(table.Key).Scans));
    }

    private static async Task<(ClaimOutcome Outcome, string Touched, long Scans)> ClaimAsync(Application application, NpgsqlConnection connection, WebhookEvent webhookEvent)
    {
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var before = await ReadsAsync(transaction);
        var receipt = await application.Dedup.ClaimAsync(transaction, webhookEvent, TestContext.Current.CancellationToken);
        var after = await ReadsAsync(transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        var touched = after.Where(table => table.Value.All > before.GetValueOrDefault(table.Key).All && table.Key.Contains("keys", StringComparison.Ordinal)).Select(table => table.Key).Order(StringComparer.Ordinal);
        return (receipt.Outcome, string.Join(' ', touched), after.Sum(table => table.Value.Scans - before.GetValueOrDefault(table.Key).Scans));
    }

    private static async Task<Dictionary<string, (long Scans, long All)>> ReadsAsync(NpgsqlTransaction transaction)
    {
        var reads = new Dictionary<string, (long Scans, long All)>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Reads, transaction.Connection, transaction);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) reads.Add(reader.GetString(0), (reader.GetInt64(1), reader.GetInt64(2)));
        return reads;
    }
}
