using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>What a claim promises, on a direct connection and through a pooler (<see cref="DirectClaimTests"/>, <see cref="PooledClaimTests"/>).</summary>
public abstract class ClaimTests(Func<string> connectionString) : IAsyncLifetime
{
    private Application _application = null!;

    public async ValueTask InitializeAsync() => _application = await StartAsync(connectionString());

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task A_first_delivery_is_new_and_every_later_one_a_duplicate_of_it()
    {
        var webhookEvent = Event();
        var first = await _application.DeliverAsync(webhookEvent);
        var second = await _application.DeliverAsync(webhookEvent);
        var third = await _application.DeliverAsync(webhookEvent);

        first.Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.New && r.Deliveries == 1 && !r.Stored && r.HttpStatus == 200 && r.RetryAfter == null);
        second.Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
        third.Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 3 });
        third.HttpStatus.Should().Be(200);
        first.ReceiptId.Version.Should().Be(7);
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 2)]
    public async Task Tenant_source_and_id_together_are_the_identity()
    {
        var one = Event();
        await _application.DeliverAsync(one);

        WebhookEvent[] others = [one with { Tenant = "acme" }, one with { Source = "github" }, one with { Id = one.Id.ToUpperInvariant() }, one with { Id = one.Id + "\u0301" }, one with { Id = one.Id + " " }];
        foreach (var other in others) (await _application.DeliverAsync(other)).Outcome.Should().Be(ClaimOutcome.New, other.ToString());
    }

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task A_claim_that_is_rolled_back_leaves_nothing()
    {
        var webhookEvent = Event();
        await using (var transaction = await _application.BeginAsync())
        {
            (await transaction.ClaimAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
            await EffectAsync(transaction.Transaction, webhookEvent);
        }

        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(0);
        (await _application.DeliverAsync(webhookEvent)).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.New && r.Deliveries == 1);
    }

    [Fact, Guarantee("WebhookDedup", 3)]
    public async Task Claiming_twice_in_one_transaction_is_new_and_then_a_duplicate()
    {
        var webhookEvent = Event();
        await using var transaction = await _application.BeginAsync();

        var first = await transaction.ClaimAsync(webhookEvent);
        var second = await transaction.ClaimAsync(webhookEvent);

        first.Outcome.Should().Be(ClaimOutcome.New);
        second.Should().Be(first with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
    }

    [Theory, Guarantee("WebhookDedup", 4), Guarantee("WebhookDedup", 5)]
    [InlineData(true, ClaimOutcome.Duplicate)]
    [InlineData(false, ClaimOutcome.New)]
    public async Task A_delivery_beside_an_open_one_is_in_flight_and_the_end_of_that_decides(bool commit, ClaimOutcome afterwards)
    {
        var webhookEvent = Event();
        await using var holder = await _application.BeginAsync();
        (await holder.ClaimAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);

        var beside = await _application.DeliverAsync(webhookEvent);

        beside.Should().Be(new WebhookReceipt(ClaimOutcome.InFlight, Guid.Empty, Stored: false, default, Deliveries: 0));
        beside.HttpStatus.Should().Be(503);
        beside.RetryAfter.Should().Be(TimeSpan.FromSeconds(5));
        await (commit ? holder.CommitAsync() : holder.RollbackAsync());
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(afterwards);
    }

    [Fact, Guarantee("WebhookDedup", 4)]
    public async Task Two_duplicates_in_two_long_transactions_do_not_wait_for_each_other()
    {
        var webhookEvent = Event();
        await _application.DeliverAsync(webhookEvent);
        await using var first = await _application.BeginAsync();
        await using var second = await _application.BeginAsync();

        (await first.ClaimAsync(webhookEvent)).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && r.Deliveries == 2);
        (await second.ClaimAsync(webhookEvent)).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && r.Deliveries == 2);

        await second.CommitAsync();
        await first.CommitAsync();
        (await _application.DeliverAsync(webhookEvent)).Deliveries.Should().Be(3, "the delivery that met an open one is answered and not counted");
    }

    [Fact, Guarantee("WebhookDedup", 4)]
    public async Task While_one_transaction_is_open_63_others_are_told_so()
    {
        var webhookEvent = Event();
        await using var holder = await _application.BeginAsync();
        await holder.ClaimAsync(webhookEvent);

        var others = await Task.WhenAll(Enumerable.Range(0, 63).Select(_ => _application.DeliverAsync(webhookEvent)));

        others.Should().OnlyContain(r => r.Outcome == ClaimOutcome.InFlight);
        await holder.CommitAsync();
    }

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task Sixty_four_deliveries_at_once_have_one_effect()
    {
        var webhookEvent = Event();
        var start = new Rendezvous(64);

        var receipts = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            await start.ArriveAsync();
            return await _application.DeliverAsync(webhookEvent);
        }));

        receipts.Count(r => r.Outcome == ClaimOutcome.New).Should().Be(1);
        receipts.Should().OnlyContain(r => r.Outcome == ClaimOutcome.New || r.Outcome == ClaimOutcome.Duplicate || r.Outcome == ClaimOutcome.InFlight);
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 3)]
    public async Task A_list_is_answered_in_its_order_and_an_event_that_is_in_it_twice_is_new_once()
    {
        WebhookEvent known = Event(), held = Event(), twice = Event(), fresh = Event();
        await _application.DeliverAsync(known);
        await using var holder = await _application.BeginAsync();
        await holder.ClaimAsync(held);
        await using var transaction = await _application.BeginAsync();

        var receipts = await transaction.ClaimAsync(twice, held, fresh, twice, known, twice with { Payload = new byte[] { 1 } });

        receipts.Select(r => r.Outcome).Should().Equal(
            ClaimOutcome.New, ClaimOutcome.InFlight, ClaimOutcome.New, ClaimOutcome.Duplicate, ClaimOutcome.Duplicate, ClaimOutcome.PayloadMismatch);
        receipts[3].ReceiptId.Should().Be(receipts[0].ReceiptId).And.Be(receipts[5].ReceiptId);
        receipts.Select(r => r.Deliveries).Should().Equal(1, 0, 1, 2, 2, 3);
    }

    [Fact]
    public async Task An_empty_list_is_answered_with_an_empty_one()
    {
        await using var transaction = await _application.BeginAsync();
        (await transaction.ClaimAsync(Array.Empty<WebhookEvent>())).Should().BeEmpty();
    }

    [Fact, Guarantee("WebhookDedup", 4)]
    public async Task Lists_in_opposite_orders_neither_deadlock_nor_double()
    {
        var events = Enumerable.Range(0, 40).Select(_ => Event()).ToArray();
        var random = new Random(1);
        var orders = Enumerable.Range(0, 16).Select(_ => { var order = events.ToArray(); random.Shuffle(order); return order; }).ToArray();
        var start = new Rendezvous(orders.Length);

        await Task.WhenAll(orders.Select(async order =>
        {
            await start.ArriveAsync();
            while (true)
            {
                await using var transaction = await _application.BeginAsync();
                var receipts = await transaction.ClaimAsync(order);
                foreach (var (webhookEvent, _) in order.Zip(receipts).Where(pair => pair.Second.Outcome == ClaimOutcome.New)) await EffectAsync(transaction.Transaction, webhookEvent);
                await transaction.CommitAsync();
                if (receipts.All(r => r.Outcome != ClaimOutcome.InFlight)) return;
            }
        }));

        foreach (var webhookEvent in events) (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 6)]
    public async Task Rolling_back_to_a_savepoint_gives_up_what_was_claimed_after_it()
    {
        WebhookEvent before = Event(), after = Event();
        await using var transaction = await _application.BeginAsync();
        await transaction.ClaimAsync(before);
        await transaction.ExecuteAsync("SAVEPOINT s");
        (await transaction.ClaimAsync(after)).Outcome.Should().Be(ClaimOutcome.New);
        (await transaction.ClaimAsync(before)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        await transaction.ExecuteAsync("ROLLBACK TO s");

        (await _application.DeliverAsync(before)).Outcome.Should().Be(ClaimOutcome.InFlight, "it was claimed before the savepoint");
        (await _application.DeliverAsync(after)).Outcome.Should().Be(ClaimOutcome.New);
        (await transaction.ClaimAsync(after)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        await transaction.CommitAsync();
        (await _application.DeliverAsync(before)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        (await _application.EffectsOfAsync(after)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 6)]
    public async Task A_claim_in_a_released_savepoint_is_kept()
    {
        var webhookEvent = Event();
        await using var transaction = await _application.BeginAsync();
        await transaction.ExecuteAsync("SAVEPOINT s");
        await transaction.ClaimAsync(webhookEvent);
        await transaction.ExecuteAsync("RELEASE s");

        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.InFlight);
        await transaction.CommitAsync();
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
    }

    [Fact]
    public async Task A_backend_that_is_ended_in_the_middle_leaves_nothing()
    {
        var webhookEvent = Event();
        var deliver = () => _application.Dedup.RunOnceAsync(
            webhookEvent,
            async (transaction, _) =>
            {
                await EffectAsync(transaction, webhookEvent);
                await using var command = new Npgsql.NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", transaction.Connection, transaction);
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);

        await deliver.Should().ThrowAsync<Npgsql.NpgsqlException>();

        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(0);
        (await _application.RedeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact]
    public async Task The_longest_and_strangest_names_are_claimed()
    {
        var webhookEvent = new WebhookEvent(new string('ß', 100), string.Concat(Enumerable.Repeat("😀", 100)), type: null, default, new string('漢', 200));
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
    }
}
