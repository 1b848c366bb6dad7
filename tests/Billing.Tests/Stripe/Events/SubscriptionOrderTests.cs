using Patterns.Stripe;

namespace Billing.Tests.Stripe.Events;

/// <summary>Random lives of a subscription, delivered in random orders with repetitions. PATTERNS_LONG=1 runs a hundred thousand; a failure names its seed.</summary>
public sealed class SubscriptionOrderTests
{
    private static readonly string[] Living = ["incomplete", "trialing", "active", "past_due", "unpaid", "paused"];
    private static readonly int Lives = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 100_000 : 3_000;

    [Fact, Guarantee("Stripe", 8)]
    public void Whatever_the_order_and_the_repetitions_the_state_ends_the_same()
    {
        for (var seed = 1; seed <= Lives; seed++)
        {
            var random = new Random(seed);
            var life = Life.Make(random);
            var expected = life.Truth(life.Changes.Count - 1);
            for (var order = 0; order < 3; order++)
            {
                var state = life.Deliver(random);

                (Text(state.Status), state.Metadata["tenant_id"], state.PeriodStart, state.EndedAt).Should()
                    .Be((expected.Status, expected.Metadata["tenant_id"], expected.Items.Data[0].CurrentPeriodStart, expected.EndedAt), $"of seed {seed}, order {order}");
                state.EventAt.Should().Be(DateTimeOffset.FromUnixTimeSeconds(life.Changes[^1].Second), $"of seed {seed}, order {order}");
            }
        }
    }

    private static string Text(SubscriptionStatus status) => status == SubscriptionStatus.PastDue ? "past_due" : status.ToString().ToLowerInvariant();

    private sealed record Change(long Second, string Status, int Number, List<StripeEvent> Events);

    private sealed class Life(List<Change> changes)
    {
        public List<Change> Changes => changes;

        public static Life Make(Random random)
        {
            var changes = new List<Change>();
            var second = 1_795_000_000L;
            var (count, status) = (random.Next(2, 9), "incomplete");
            for (var number = 0; number < count; number++)
            {
                second += random.Next(3) == 0 ? random.Next(1, 100) : random.Next(2);
                // Once it has ended only its metadata changes.
                if (status != "canceled") status = number > 0 && random.Next(6) == 0 ? "canceled" : Living[random.Next(Living.Length)];
                var events = new List<StripeEvent>();
                var form = random.Next(4);
                if (form != 0) events.Add(Webhook.Event(Webhook.Snapshot(SubscriptionJson.Write(status, second, second + 86_400, $"t{number}", old: random.Next(3) == 0), $"evt_{number}", created: second)));
                if (form <= 1) events.Add(Webhook.Event(Webhook.Notification("subscription", "sub_1", $"evt_n{number}", DateTimeOffset.FromUnixTimeMilliseconds((second * 1000) + random.Next(1000)).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", null))));
                changes.Add(new Change(second, status, number, events));
            }

            return new Life(changes);
        }

        public StripeSubscription Truth(int number) =>
            SubscriptionJson.Fetched(changes[number].Status, changes[number].Second, changes[number].Second + 86_400, $"t{number}");

        public SubscriptionState Deliver(Random random)
        {
            var all = changes.SelectMany(change => change.Events.Select(stripeEvent => (Event: stripeEvent, change.Number))).ToList();
            var deliveries = all.Concat(random.GetItems(all.ToArray(), random.Next(all.Count + 1))).ToArray();
            random.Shuffle(deliveries);
            SubscriptionState? state = null;
            var happened = 0;
            foreach (var (stripeEvent, number) in deliveries)
            {
                // What is delivered has happened; later changes may have happened too, before anything told of them.
                happened = random.Next(Math.Max(happened, number), changes.Count);
                var (outcome, next) = SubscriptionState.Apply(state, stripeEvent);
                state = outcome == SubscriptionOutcome.Refetch ? SubscriptionState.Refetched(state, Truth(happened), stripeEvent) : next;
            }

            return state!;
        }
    }
}
