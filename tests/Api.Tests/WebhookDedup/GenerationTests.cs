using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>The memory across generations of keys.</summary>
public sealed class GenerationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private Application _application = null!;

    public async ValueTask InitializeAsync()
    {
        _application = await StartAsync(database.ConnectionString);
        await _application.ExecuteAsync("CREATE TABLE IF NOT EXISTS patterns.webhook_dedup_keys_g3 PARTITION OF patterns.webhook_dedup_keys FOR VALUES IN (3)");
        await TurnAsync(current: 1, overlap: false);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task A_key_of_the_previous_generation_is_remembered()
    {
        var webhookEvent = Event();
        var first = await _application.DeliverAsync(webhookEvent);
        await TurnAsync(current: 2, overlap: false);

        (await _application.DeliverAsync(webhookEvent)).Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
        (await GenerationsAsync(webhookEvent)).Should().Equal([1], "what is remembered is not written again");
    }

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task In_overlap_a_claim_is_written_to_both_generations()
    {
        var webhookEvent = Event();
        await TurnAsync(current: 1, overlap: true);
        var first = await _application.DeliverAsync(webhookEvent);
        first.Outcome.Should().Be(ClaimOutcome.New);
        (await GenerationsAsync(webhookEvent)).Should().Equal(1, 2);
        (await _application.DeliverAsync(webhookEvent)).Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });

        await TurnAsync(current: 2, overlap: false);
        (await _application.DeliverAsync(webhookEvent)).Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 3 });
        await TurnAsync(current: 3, overlap: false);
        (await _application.DeliverAsync(webhookEvent)).Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 4 });
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task A_claim_from_before_the_overlap_is_a_duplicate_in_it_and_after_it()
    {
        var webhookEvent = Event();
        await _application.DeliverAsync(webhookEvent);
        foreach (var (current, overlap) in new[] { (1, true), (2, false) })
        {
            await TurnAsync(current, overlap);
            (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        }

        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Theory, Guarantee("WebhookDedup", 7)]
    [InlineData(true, ClaimOutcome.Duplicate)]
    [InlineData(false, ClaimOutcome.New)]
    public async Task A_transaction_that_is_open_across_the_turn_excludes_one_from_after_it(bool commit, ClaimOutcome afterwards)
    {
        var webhookEvent = Event();
        await TurnAsync(current: 1, overlap: true);
        await using var open = await _application.BeginAsync();
        await open.ClaimAsync(webhookEvent);
        await TurnAsync(current: 2, overlap: false);

        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.InFlight);
        await (commit ? open.CommitAsync() : open.RollbackAsync());
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(afterwards);
    }

    [Fact, Guarantee("WebhookDedup", 7)]
    public async Task A_claim_that_still_sees_the_overlap_yields_to_one_that_saw_the_turn()
    {
        var webhookEvent = Event();
        await TurnAsync(current: 2, overlap: false);
        var first = await _application.DeliverAsync(webhookEvent);
        await TurnAsync(current: 1, overlap: true);

        (await _application.DeliverAsync(webhookEvent)).Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
        (await GenerationsAsync(webhookEvent)).Should().Equal([2], "the row that did not win in both is taken back");
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Theory, Guarantee("WebhookDedup", 7)]
    [InlineData("as it is")]
    [InlineData("without the lock")]
    public async Task Sixty_four_deliveries_across_a_turn_have_one_effect_which_rests_on_the_index_alone(string statement)
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        if (statement == "without the lock")
        {
            await application.ExecuteAsync("CREATE FUNCTION always(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'");
            await application.ExecuteAsync("DO $$ BEGIN EXECUTE replace(pg_get_functiondef('patterns.webhook_dedup_claim'::regproc), 'pg_try_advisory_xact_lock(', 'public.always('); END $$");
        }

        for (var round = 0; round < 10; round++)
        {
            var webhookEvent = Event();
            await application.ExecuteAsync("UPDATE patterns.webhook_dedup_clock SET current = 1, overlap = true");
            var start = new Rendezvous(65);
            var deliveries = Enumerable.Range(0, 64).Select(async _ =>
            {
                await start.ArriveAsync();
                return await application.DeliverAsync(webhookEvent);
            }).ToList();
            await start.ArriveAsync();
            await application.ExecuteAsync("UPDATE patterns.webhook_dedup_clock SET current = 2, overlap = false");

            var outcomes = (await Task.WhenAll(deliveries)).CountBy(r => r.Outcome).ToDictionary();
            outcomes[ClaimOutcome.New].Should().Be(1);
            if (statement == "without the lock") outcomes.Should().NotContainKey(ClaimOutcome.InFlight);
            (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
        }
    }

    private Task TurnAsync(int current, bool overlap) => _application.ExecuteAsync($"UPDATE patterns.webhook_dedup_clock SET current = {current}, overlap = {overlap}");

    private Task<int[]> GenerationsAsync(WebhookEvent webhookEvent) =>
        _application.ScalarAsync<int[]>("SELECT array_agg(generation ORDER BY generation) FROM patterns.webhook_dedup_keys WHERE event_id = $1", webhookEvent.Id);
}
