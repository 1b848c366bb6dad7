using Billing.Tests.Stripe.Events;
using Patterns.Stripe;

namespace Billing.Tests.Stripe.Gateway;

public sealed class SubscriptionTests
{
    private const string Get = "GET /v1/subscriptions/sub_1";
    private const string Update = "POST /v1/subscriptions/sub_1";
    private const string Resume = "POST /v1/subscriptions/sub_1/resume";
    private const string Delete = "DELETE /v1/subscriptions/sub_1";
    private const string Declined = """{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"Your card has insufficient funds."}}""";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subscription_is_read_in_words_that_no_provider_owns()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write("past_due", start: 1_795_000_000, end: 1_797_592_000, cancelAtPeriodEnd: true));

        var read = await stripe.Gateway.GetSubscriptionAsync("sub_1", Ct);

        read.Should().Be(new BillingSubscription
        {
            Id = "sub_1",
            CustomerId = "cus_1",
            TenantId = "acme",
            Status = SubscriptionStatus.PastDue,
            Plan = new BillingPlan.Known("pro"),
            Quantity = 3,
            PeriodStart = DateTimeOffset.FromUnixTimeSeconds(1_795_000_000),
            PeriodEnd = DateTimeOffset.FromUnixTimeSeconds(1_797_592_000),
            EndsAt = DateTimeOffset.FromUnixTimeSeconds(1_797_592_000),
        });
    }

    [Fact]
    public async Task A_subscription_that_is_not_there_is_null_and_any_other_error_is_an_exception()
    {
        await using var stripe = LoopbackStripe.Start();

        (await stripe.Gateway.GetSubscriptionAsync("sub_1", Ct)).Should().BeNull();
        stripe.On(Get, """{"error":{"type":"invalid_request_error","message":"Invalid API Key"}}""", 401);
        (await FluentActions.Awaiting(() => stripe.Gateway.GetSubscriptionAsync("sub_1", Ct)).Should().ThrowAsync<StripeApiException>()).Which.Kind.Should().Be(StripeErrorKind.Authentication);
    }

    [Fact, Guarantee("Stripe", 9)]
    public async Task A_price_without_a_plan_is_an_unknown_plan()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write(price: "price_of_2019"));

        (await stripe.Gateway.GetSubscriptionAsync("sub_1", Ct))!.Plan.Should().Be(new BillingPlan.UnknownPlan("price_of_2019"));
        (stripe.Gateway.PlanOf("price_team"), stripe.Gateway.PlanOf("PRICE_TEAM")).Should().Be((new BillingPlan.Known("team"), new BillingPlan.UnknownPlan("PRICE_TEAM")));

        await using var without = LoopbackStripe.Start(o => o.Plans.Clear());
        without.Gateway.PlanOf("price_pro").Should().Be(new BillingPlan.UnknownPlan("price_pro"));
    }

    [Fact]
    public async Task The_plan_is_found_beside_its_add_ons_and_changed_without_them()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, WithAddOn).On(Update, SubscriptionJson.Write(price: "price_team", quantity: "7"));

        (await stripe.Gateway.GetSubscriptionAsync("sub_1", Ct))!.Should().Match<BillingSubscription>(read => read.Plan == new BillingPlan.Known("pro") && read.Quantity == 3);
        var change = await stripe.Gateway.ChangePlanAsync(new PlanChange { SubscriptionId = "sub_1", Plan = "team", Quantity = 7, IdempotencyKey = "upgrade-1" }, Ct);

        change.Should().BeOfType<BillingChange.Changed>().Which.Subscription.Should().Match<BillingSubscription>(now => now.Plan == new BillingPlan.Known("team") && now.Quantity == 7);
        stripe.Requests[^1].Key.Should().Be("upgrade-1");
        stripe.Requests[^1].Form.Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["items[0][id]"] = "si_plan",
            ["items[0][price]"] = "price_team",
            ["items[0][quantity]"] = "7",
            ["proration_behavior"] = "create_prorations",
        });
    }

    [Theory]
    [InlineData(BillingProration.NextInvoice, "create_prorations", null)]
    [InlineData(BillingProration.ChargeNow, "always_invoice", "error_if_incomplete")]
    [InlineData(BillingProration.None, "none", null)]
    public async Task The_rest_of_the_period_is_billed_as_asked_and_the_quantity_stays(BillingProration proration, string behavior, string? payment)
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write()).On(Update, SubscriptionJson.Write(price: "price_team"));

        await stripe.Gateway.ChangePlanAsync(new PlanChange { SubscriptionId = "sub_1", Plan = "team", Proration = proration }, Ct);

        var form = stripe.Requests[^1].Form;
        (form["items[0][quantity]"], form["proration_behavior"], form.GetValueOrDefault("payment_behavior")).Should().Be(("3", behavior, payment));
    }

    [Fact]
    public async Task A_declined_upgrade_is_a_value()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write()).On(Update, Declined, 402);

        var change = await stripe.Gateway.ChangePlanAsync(new PlanChange { SubscriptionId = "sub_1", Plan = "team", Proration = BillingProration.ChargeNow }, Ct);

        change.Should().Be(new BillingChange.Declined("insufficient_funds", "Your card has insufficient funds."));
    }

    [Fact]
    public async Task What_cannot_be_changed_is_not_written()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write("canceled"));
        var change = new PlanChange { SubscriptionId = "sub_1", Plan = "team" };

        (await stripe.Gateway.ChangePlanAsync(change, Ct)).Should().BeOfType<BillingChange.Ended>().Which.Subscription.Status.Should().Be(SubscriptionStatus.Canceled);
        await FluentActions.Awaiting(() => stripe.Gateway.ChangePlanAsync(change with { Plan = "gold" }, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*'gold'*");
        await FluentActions.Awaiting(() => stripe.Gateway.ChangePlanAsync(change with { Quantity = 0 }, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("*1 or more*");
        stripe.On(Get, WithAddOn.Replace("price_pro", "price_of_2019", StringComparison.Ordinal));
        await FluentActions.Awaiting(() => stripe.Gateway.ChangePlanAsync(change, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*sub_1*2 items*Plans*");

        stripe.Calls.Should().OnlyContain(call => call == Get);
    }

    [Fact]
    public async Task A_cancellation_takes_effect_with_the_period_and_can_be_taken_back()
    {
        await using var stripe = LoopbackStripe.Start().On(Update, SubscriptionJson.Write(cancelAtPeriodEnd: true)).On(Get, SubscriptionJson.Write(cancelAtPeriodEnd: true));

        (await stripe.Gateway.CancelAsync("sub_1", ct: Ct)).Should().BeOfType<BillingChange.Changed>().Which.Subscription.EndsAt.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_797_592_000));
        stripe.Requests[^1].Form["cancel_at_period_end"].Should().Be("true");
        stripe.On(Update, SubscriptionJson.Write());
        (await stripe.Gateway.ResumeAsync("sub_1", Ct)).Should().BeOfType<BillingChange.Changed>().Which.Subscription.EndsAt.Should().BeNull();

        stripe.Requests[^1].Form.Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["cancel_at_period_end"] = "false" });
    }

    [Fact]
    public async Task A_cancellation_at_once_may_be_repeated()
    {
        await using var stripe = LoopbackStripe.Start().On(Delete, SubscriptionJson.Write("canceled")).On(Get, SubscriptionJson.Write("canceled"));

        var first = await stripe.Gateway.CancelAsync("sub_1", BillingCancellation.Now, Ct);
        stripe.On(Delete, """{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such subscription: 'sub_1'"}}""", 404);
        var again = await stripe.Gateway.CancelAsync("sub_1", BillingCancellation.Now, Ct);

        first.Should().BeOfType<BillingChange.Ended>().Which.Subscription.EndedAt.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_796_000_000));
        again.Should().Be(first);
        (await FluentActions.Awaiting(() => stripe.Gateway.CancelAsync("sub_2", BillingCancellation.Now, Ct)).Should().ThrowAsync<StripeApiException>()).Which.Error.Code.Should().Be("resource_missing");
    }

    [Fact]
    public async Task A_refusal_to_cancel_what_has_not_ended_is_an_exception()
    {
        await using var stripe = LoopbackStripe.Start().On(Update, """{"error":{"type":"invalid_request_error","message":"It is managed by a schedule."}}""", 400).On(Get, SubscriptionJson.Write());

        await FluentActions.Awaiting(() => stripe.Gateway.CancelAsync("sub_1", ct: Ct)).Should().ThrowAsync<StripeApiException>().WithMessage("*schedule*");
    }

    [Fact]
    public async Task A_cancellation_at_a_date_is_cleared()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write().Replace("\"cancel_at\":null", "\"cancel_at\":1796000000", StringComparison.Ordinal)).On(Update, SubscriptionJson.Write());

        await stripe.Gateway.ResumeAsync("sub_1", Ct);

        stripe.Requests[^1].Form.Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["cancel_at"] = "" });
    }

    [Fact]
    public async Task A_paused_subscription_is_woken()
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write("paused")).On(Resume, SubscriptionJson.Write("active"));

        (await stripe.Gateway.ResumeAsync("sub_1", Ct)).Should().BeOfType<BillingChange.Changed>().Which.Subscription.Status.Should().Be(SubscriptionStatus.Active);
        stripe.On(Resume, Declined, 402);
        (await stripe.Gateway.ResumeAsync("sub_1", Ct)).Should().BeOfType<BillingChange.Declined>();

        stripe.Calls.Should().Equal(Get, Resume, Get, Resume);
    }

    [Theory]
    [InlineData("active", typeof(BillingChange.Changed))]
    [InlineData("canceled", typeof(BillingChange.Ended))]
    [InlineData("incomplete_expired", typeof(BillingChange.Ended))]
    public async Task Resuming_what_runs_or_has_ended_writes_nothing(string status, Type outcome)
    {
        await using var stripe = LoopbackStripe.Start().On(Get, SubscriptionJson.Write(status, cancelAtPeriodEnd: status == "canceled"));

        (await stripe.Gateway.ResumeAsync("sub_1", Ct)).Should().BeOfType(outcome);

        stripe.Calls.Should().Equal(Get);
    }

    [Fact, Guarantee("Stripe", 8)]
    public async Task A_fetched_event_and_a_fetched_subscription_make_the_same_state_as_a_webhook()
    {
        var snapshot = Webhook.Snapshot(SubscriptionJson.Write("past_due"));
        await using var stripe = LoopbackStripe.Start().On("GET /v1/events/evt_1", snapshot).On(Get, SubscriptionJson.Write("past_due"));
        var (_, expected) = SubscriptionState.Apply(null, Webhook.Event(snapshot));

        var fetched = await stripe.Client.GetEventAsync("evt_1", ct: Ct);

        (fetched.Kind, fetched.SubscriptionId).Should().Be((StripeEventKind.Snapshot, "sub_1"));
        SubscriptionState.Apply(null, fetched).State.Should().BeEquivalentTo(expected);
        SubscriptionState.Refetched(null, await stripe.Client.GetSubscriptionAsync("sub_1", ct: Ct), fetched).Should().BeEquivalentTo(expected);
    }

    private static string WithAddOn { get; } = SubscriptionJson.Write().Replace(
        "\"data\":[{\"id\":\"si_1\"",
        "\"data\":[{\"id\":\"si_usage\",\"object\":\"subscription_item\",\"metadata\":{},\"price\":{\"id\":\"price_usage\",\"object\":\"price\"}},{\"id\":\"si_plan\"",
        StringComparison.Ordinal);
}
