using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Handlers that fail.</summary>
public sealed class RunOnceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact, Guarantee("WebhookDedup", 11)]
    public async Task A_handler_that_throws_leaves_nothing_and_its_exception_goes_to_the_caller()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var webhookEvent = Event();

        await FailAsync(application, webhookEvent).Should().ThrowAsync<TimeoutException>();

        (await application.EffectsOfAsync(webhookEvent)).Should().Be(0);
        (await application.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_keys WHERE event_id = $1", webhookEvent.Id)).Should().Be(0);
        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact, Guarantee("WebhookDedup", 12)]
    public async Task A_source_that_stores_keeps_the_event_whole_and_later_deliveries_are_duplicates()
    {
        await using var application = await StoringAsync(database.ConnectionString);
        var webhookEvent = Event(payload: "the body") with { Tenant = "acme", OccurredAt = DateTimeOffset.UnixEpoch, OrderingKey = "in_1", Position = 7 };

        var receipt = await FailAsync(application, webhookEvent)();

        receipt.Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.New && r.Stored && r.HttpStatus == 200);
        (await application.EffectsOfAsync(webhookEvent)).Should().Be(0);
        (await application.ScalarAsync<string>(
            """
            SELECT concat_ws('|', tenant_id, source, event_id = $1, type, convert_from(payload, 'UTF8'), state, attempts, error, ordering_key, position, extract(epoch FROM occurred_at)::int, next_at > received_at, lease_token)
            FROM patterns.webhook_dedup_events WHERE receipt_id = $2 AND received_at = $3
            """,
            webhookEvent.Id, receipt.ReceiptId, receipt.FirstReceivedAt)).Should().Be("acme|stripe|t|invoice.paid|the body|pending|1|System.TimeoutException: no answer|in_1|7|0|t");
        (await application.DeliverAsync(webhookEvent)).Should().Be(receipt with { Outcome = ClaimOutcome.Duplicate, Deliveries = 2 });
    }

    [Fact, Guarantee("WebhookDedup", 12)]
    public async Task When_storing_fails_too_the_handlers_exception_goes_to_the_caller()
    {
        await using var own = await database.NewAsync();
        await using var application = await StoringAsync(own.ConnectionString);
        await application.ExecuteAsync("ALTER TABLE patterns.webhook_dedup_events ADD CHECK (tenant_id <> '_')");
        var webhookEvent = Event();

        await FailAsync(application, webhookEvent).Should().ThrowAsync<TimeoutException>();

        application.Logged.Should().Contain(line => line.StartsWith("Error") && line.Contains(webhookEvent.Id));
        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact, Guarantee("WebhookDedup", 12)]
    public async Task An_event_that_another_delivery_did_in_the_meantime_is_not_stored()
    {
        await using var application = await StoringAsync(database.ConnectionString);
        var webhookEvent = Event();
        var receipt = await application.Dedup.RunOnceAsync(
            webhookEvent,
            async (transaction, ct) =>
            {
                // The claim is given up in the middle, as when the connection is lost, and another delivery gets through before the handler's failure is seen.
                await using (var command = new Npgsql.NpgsqlCommand("SELECT pg_terminate_backend(pg_backend_pid())", transaction.Connection, transaction))
                    await FluentActions.Awaiting(() => command.ExecuteNonQueryAsync(ct)).Should().ThrowAsync<Npgsql.NpgsqlException>();
                (await application.RedeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
                throw new TimeoutException("no answer");
            },
            TestContext.Current.CancellationToken);

        receipt.Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && !r.Stored);
        (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact]
    public async Task A_handler_that_swallows_the_error_of_a_statement_has_failed()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var webhookEvent = Event();
        var swallow = () => application.Dedup.RunOnceAsync(webhookEvent, SwallowAsync, TestContext.Current.CancellationToken);
        await swallow.Should().ThrowAsync<InvalidOperationException>();
        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);

        await using var storing = await StoringAsync(database.ConnectionString);
        (await storing.Dedup.RunOnceAsync(Event(), SwallowAsync, TestContext.Current.CancellationToken)).Stored.Should().BeTrue();

        static async Task SwallowAsync(Npgsql.NpgsqlTransaction transaction, CancellationToken ct)
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1 / 0", transaction.Connection, transaction);
            await FluentActions.Awaiting(() => command.ExecuteNonQueryAsync(ct)).Should().ThrowAsync<Npgsql.PostgresException>();
        }
    }

    [Fact, Guarantee("WebhookDedup", 12)]
    public async Task A_cancelled_delivery_is_not_stored()
    {
        await using var application = await StoringAsync(database.ConnectionString);
        var webhookEvent = Event();
        using var stop = new CancellationTokenSource();
        var deliver = () => application.Dedup.RunOnceAsync(
            webhookEvent,
            async (_, ct) =>
            {
                await stop.CancelAsync();
                ct.ThrowIfCancellationRequested();
            },
            stop.Token);

        await deliver.Should().ThrowAsync<OperationCanceledException>();

        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
    }

    [Fact]
    public async Task A_payload_that_could_not_be_stored_is_refused_before_the_handler_runs()
    {
        await using var application = await StartAsync(database.ConnectionString, o =>
        {
            o.MaxPayloadBytes = 10;
            o.Source("stripe", s => s.OnFailure = HandlerFailurePolicy.StoreAndRetry);
        });

        (await FailAsync(application, Event(payload: "0123456789"))()).Stored.Should().BeTrue();
        (await FailAsync(application, Event(payload: "0123456789+")).Should().ThrowAsync<ArgumentException>()).WithMessage("*11 bytes*MaxPayloadBytes is 10*");
    }

    [Fact]
    public async Task An_error_that_is_long_or_not_text_is_stored_as_far_as_it_can_be()
    {
        await using var application = await StoringAsync(database.ConnectionString);
        foreach (var message in new[] { new string('x', 1_972) + "😀😀", "a\0b", "\ud800" })
        {
            var receipt = await FailAsync(application, Event(), message)();
            (await application.ScalarAsync<string>("SELECT error FROM patterns.webhook_dedup_events WHERE receipt_id = $1", receipt.ReceiptId)).Should().StartWith("System.TimeoutException: ");
        }
    }

    private static Task<Application> StoringAsync(string connectionString) => StartAsync(connectionString, o => o.Source("stripe", s => s.OnFailure = HandlerFailurePolicy.StoreAndRetry));

    private static Func<Task<WebhookReceipt>> FailAsync(Application application, WebhookEvent webhookEvent, string message = "no answer") => () => application.Dedup.RunOnceAsync(
        webhookEvent,
        async (transaction, _) =>
        {
            await EffectAsync(transaction, webhookEvent);
            throw new TimeoutException(message);
        },
        TestContext.Current.CancellationToken);
}
