using System.Text.Json;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

public sealed class SubscriptionStateTests
{
    private const long T = 1_795_000_000;

    [Theory]
    [InlineData("incomplete", SubscriptionStatus.Incomplete)]
    [InlineData("incomplete_expired", SubscriptionStatus.IncompleteExpired)]
    [InlineData("trialing", SubscriptionStatus.Trialing)]
    [InlineData("active", SubscriptionStatus.Active)]
    [InlineData("past_due", SubscriptionStatus.PastDue)]
    [InlineData("unpaid", SubscriptionStatus.Unpaid)]
    [InlineData("paused", SubscriptionStatus.Paused)]
    [InlineData("canceled", SubscriptionStatus.Canceled)]
    [Guarantee("Stripe", 8)]
    public void Each_status_is_applied(string text, SubscriptionStatus status)
    {
        var (outcome, state) = SubscriptionState.Apply(null, At(T, SubscriptionJson.Write(text)));

        (outcome, state!.Status).Should().Be((SubscriptionOutcome.Applied, status));
        state.HasEnded.Should().Be(status is SubscriptionStatus.Canceled or SubscriptionStatus.IncompleteExpired);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("Stripe", 8)]
    public void The_period_is_read_from_the_items_or_from_the_subscription_of_older_payloads(bool old)
    {
        var (_, state) = SubscriptionState.Apply(null, At(T, SubscriptionJson.Write(start: T, end: T + 86_400, old: old)));

        state!.Items.Should().Equal(new SubscriptionItemState("si_1", "price_pro", 3, Instant(T), Instant(T + 86_400)));
        (state.PeriodStart, state.PeriodEnd).Should().Be((Instant(T), Instant(T + 86_400)));
        (state.Id, state.CustomerId, state.Metadata["tenant_id"]).Should().Be(("sub_1", "cus_1", "acme"));
    }

    [Fact]
    public void Of_items_with_different_periods_the_one_that_ends_first_counts()
    {
        const string Items =
            """
            [{"id":"si_1","price":{"id":"price_year"},"quantity":1,"current_period_start":10,"current_period_end":900},{"id":"si_2","price":{"id":"price_usage"},"current_period_start":20,"current_period_end":50}]
            """;
        var (_, state) = SubscriptionState.Apply(null, At(T, $$"""{"id":"sub_1","object":"subscription","status":"active","customer":{"id":"cus_1","object":"customer"},"items":{"data":{{Items}} } }"""));

        (state!.PeriodStart, state.PeriodEnd, state.CustomerId, state.Items[1].Quantity).Should().Be((Instant(20), Instant(50), "cus_1", null));
    }

    [Fact, Guarantee("Stripe", 8)]
    public void A_newer_event_is_applied_an_older_one_is_stale_and_the_same_one_is_a_duplicate()
    {
        var first = At(T, SubscriptionJson.Write("trialing"), "evt_1");
        var second = At(T + 1, SubscriptionJson.Write("active"), "evt_2");
        var state = Applied(null, second);

        SubscriptionState.Apply(state, first).Should().Be(new SubscriptionTransition(SubscriptionOutcome.Stale, state));
        SubscriptionState.Apply(state, second).Should().Be(new SubscriptionTransition(SubscriptionOutcome.Duplicate, state));
        Applied(Applied(null, first), second).Should().BeEquivalentTo(state);
    }

    [Fact, Guarantee("Stripe", 8)]
    public void Another_event_of_the_same_second_asks_for_the_truth_once()
    {
        var first = At(T, SubscriptionJson.Write("active"), "evt_1");
        var tied = At(T, SubscriptionJson.Write("past_due"), "evt_2");
        var state = Applied(null, first);

        SubscriptionState.Apply(state, tied).Should().Be(new SubscriptionTransition(SubscriptionOutcome.Refetch, state));
        var fetched = SubscriptionState.Refetched(state, SubscriptionJson.Fetched("unpaid"), tied);

        (fetched.Status, fetched.EventAt).Should().Be((SubscriptionStatus.Unpaid, Instant(T)));
        fetched.EventIds.Should().Equal("evt_1", "evt_2");
        SubscriptionState.Apply(fetched, first).Outcome.Should().Be(SubscriptionOutcome.Duplicate);
        SubscriptionState.Apply(fetched, tied).Outcome.Should().Be(SubscriptionOutcome.Duplicate);
    }

    [Fact, Guarantee("Stripe", 8)]
    public void A_notification_asks_for_the_truth_unless_the_state_is_newer()
    {
        var notification = Webhook.Event(Webhook.Notification("subscription", "sub_1", "evt_n1", "2026-11-20T10:00:00.900Z"));
        var second = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
        var same = Applied(null, At(second.ToUnixTimeSeconds(), SubscriptionJson.Write()));
        var newer = Applied(null, At(second.ToUnixTimeSeconds() + 1, SubscriptionJson.Write()));

        SubscriptionState.Apply(null, notification).Outcome.Should().Be(SubscriptionOutcome.Refetch);
        SubscriptionState.Apply(same, notification).Outcome.Should().Be(SubscriptionOutcome.Refetch);
        SubscriptionState.Apply(newer, notification).Outcome.Should().Be(SubscriptionOutcome.Stale);
        var fetched = SubscriptionState.Refetched(null, SubscriptionJson.Fetched("paused"), notification);
        (fetched.Status, fetched.EventAt).Should().Be((SubscriptionStatus.Paused, second));
        SubscriptionState.Apply(fetched, notification).Outcome.Should().Be(SubscriptionOutcome.Duplicate);
        // A snapshot of the same second may be the newer of the two, although its whole second is less than the notification's fraction.
        SubscriptionState.Apply(fetched, At(second.ToUnixTimeSeconds(), SubscriptionJson.Write("active"), "evt_2")).Outcome.Should().Be(SubscriptionOutcome.Refetch);
    }

    [Fact, Guarantee("Stripe", 8)]
    public void Canceled_is_final()
    {
        var canceled = Applied(null, At(T, SubscriptionJson.Write("canceled"), "evt_1"));
        var revived = At(T + 10, SubscriptionJson.Write("active"), "evt_2");

        SubscriptionState.Apply(canceled, revived).Should().Be(new SubscriptionTransition(SubscriptionOutcome.Stale, canceled));
        SubscriptionState.Apply(canceled, At(T, SubscriptionJson.Write("active"), "evt_3")).Outcome.Should().Be(SubscriptionOutcome.Stale);
        SubscriptionState.Refetched(canceled, SubscriptionJson.Fetched("active"), revived).Should().BeSameAs(canceled);
        // The end counts even when it comes late, and its metadata can still change.
        Applied(Applied(null, revived), At(T, SubscriptionJson.Write("canceled"), "evt_1")).Should().BeEquivalentTo(canceled);
        Applied(canceled, At(T + 1, SubscriptionJson.Write("canceled", tenant: "other"), "evt_4")).Metadata["tenant_id"].Should().Be("other");
    }

    [Fact]
    public void Events_of_other_objects_and_other_subscriptions_are_unrelated()
    {
        var state = Applied(null, At(T, SubscriptionJson.Write()));

        foreach (var other in new[] { At(T + 1, SubscriptionJson.Write(id: "sub_2")), At(T + 1, """{"id":"in_1","object":"invoice","subscription":"sub_1"}"""), Webhook.Event(Webhook.Notification("subscription", "sub_2")), Webhook.Event(Webhook.Notification("billing.meter", "sub_1")) })
        {
            SubscriptionState.Apply(state, other).Should().Be(new SubscriptionTransition(SubscriptionOutcome.Unrelated, state));
        }
    }

    [Theory]
    [InlineData("""{"id":"sub_1","object":"subscription","status":"hibernating","customer":"cus_1"}""", "*sub_1*'hibernating'*")]
    [InlineData("""{"id":"sub_1","object":"subscription","status":"active","customer":null}""", "*sub_1*customer*")]
    [InlineData("""{"id":"sub_1","object":"subscription","status":"active","customer":"cus_1","items":{"data":[{"id":"si_1"}]}}""", "*sub_1*price*")]
    public void A_subscription_that_cannot_be_understood_is_a_fault(string subscription, string message)
    {
        FluentActions.Invoking(() => SubscriptionState.Apply(null, At(T, subscription))).Should().Throw<JsonException>().WithMessage(message);
    }

    [Fact]
    public void The_truth_about_another_subscription_is_refused()
    {
        FluentActions.Invoking(() => SubscriptionState.Refetched(null, SubscriptionJson.Fetched(id: "sub_2"), At(T, SubscriptionJson.Write()))).Should().Throw<ArgumentException>().WithMessage("*sub_2*sub_1*");
    }

    [Fact]
    public void A_state_is_kept_as_JSON()
    {
        var state = Applied(null, At(T, SubscriptionJson.Write("past_due")));

        var kept = JsonSerializer.Deserialize<SubscriptionState>(JsonSerializer.Serialize(state));

        kept.Should().BeEquivalentTo(state);
    }

    private static StripeEvent At(long second, string subject, string id = "evt_1") => Webhook.Event(Webhook.Snapshot(subject, id, created: second));

    private static SubscriptionState Applied(SubscriptionState? current, StripeEvent stripeEvent)
    {
        var (outcome, state) = SubscriptionState.Apply(current, stripeEvent);
        outcome.Should().Be(SubscriptionOutcome.Applied);
        return state!;
    }

    private static DateTimeOffset Instant(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
