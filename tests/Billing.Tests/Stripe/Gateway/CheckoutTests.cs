using Patterns.Stripe;

namespace Billing.Tests.Stripe.Gateway;

public sealed class CheckoutTests
{
    private const string Session = """{"id":"cs_1","object":"checkout.session","url":"https://checkout.stripe.com/c/pay/cs_1","expires_at":1795086400}""";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkout_carries_the_tenant_in_the_session_and_in_its_subscription()
    {
        await using var stripe = LoopbackStripe.Start().On("POST /v1/checkout/sessions", Session);

        var start = await stripe.Gateway.StartCheckoutAsync(Request with { Quantity = 5, TrialDays = 14, Email = "ada@example.com", CancelUrl = new("https://app.example.com/pricing"), AllowPromotionCodes = true, IdempotencyKey = "click-1" }, Ct);

        start.Should().Be(new CheckoutStart("cs_1", new Uri("https://checkout.stripe.com/c/pay/cs_1"), DateTimeOffset.FromUnixTimeSeconds(1_795_086_400)));
        var (_, key, form) = stripe.Requests.Should().ContainSingle().Subject;
        key.Should().Be("click-1");
        form.Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["mode"] = "subscription",
            ["success_url"] = "https://app.example.com/welcome?session={CHECKOUT_SESSION_ID}",
            ["cancel_url"] = "https://app.example.com/pricing",
            ["customer_email"] = "ada@example.com",
            ["client_reference_id"] = "acme",
            ["line_items[0][price]"] = "price_pro",
            ["line_items[0][quantity]"] = "5",
            ["allow_promotion_codes"] = "true",
            ["subscription_data[trial_period_days]"] = "14",
            ["subscription_data[metadata][tenant_id]"] = "acme",
            ["metadata[tenant_id]"] = "acme",
        });
    }

    [Fact]
    public async Task A_plan_that_is_billed_by_usage_has_no_quantity()
    {
        await using var stripe = LoopbackStripe.Start().On("POST /v1/checkout/sessions", Session);

        await stripe.Gateway.StartCheckoutAsync(Request with { Quantity = null, CustomerId = "cus_1" }, Ct);

        stripe.Requests[0].Form.Keys.Should().NotContain("line_items[0][quantity]").And.Contain("customer");
    }

    [Fact]
    public async Task Two_requests_of_one_click_are_the_same_and_two_clicks_are_not()
    {
        await using var stripe = LoopbackStripe.Start().On("POST /v1/checkout/sessions", Session);

        await stripe.Gateway.StartCheckoutAsync(Request with { IdempotencyKey = "click-1" }, Ct);
        await stripe.Gateway.StartCheckoutAsync(Request with { IdempotencyKey = "click-1" }, Ct);
        await stripe.Gateway.StartCheckoutAsync(Request, Ct);
        await stripe.Gateway.StartCheckoutAsync(Request, Ct);

        stripe.Requests.Select(request => request.Key).Distinct(StringComparer.Ordinal).Should().HaveCount(3).And.NotContainNulls();
        stripe.Requests[1].Form.Should().BeEquivalentTo(stripe.Requests[0].Form);
    }

    [Fact]
    public async Task What_cannot_be_bought_is_refused_before_anything_is_sent()
    {
        await using var stripe = LoopbackStripe.Start();
        (CheckoutRequest Request, string Message)[] wrong =
        [
            (Request with { Plan = "gold" }, "*'gold'*pro, team*"),
            (Request with { TenantId = "" }, "*1 to 200*"),
            (Request with { TenantId = new string('a', 201) }, "*1 to 200*201*"),
            (Request with { Quantity = 0 }, "*1 or more*0*"),
            (Request with { TrialDays = 0 }, "*1 day or more*0*"),
            (Request with { SuccessUrl = new("/welcome", UriKind.Relative) }, "*/welcome*absolute*"),
            (Request with { CancelUrl = new("pricing", UriKind.Relative) }, "*pricing*absolute*"),
            (Request with { CustomerId = "cus_1", Email = "ada@example.com" }, "*not both*"),
            (Request with { IdempotencyKey = new string('k', 256) }, "*255*"),
        ];

        foreach (var (request, message) in wrong)
        {
            await FluentActions.Awaiting(() => stripe.Gateway.StartCheckoutAsync(request, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage(message);
        }

        stripe.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task The_key_of_a_click_whose_checkout_has_ended_is_told()
    {
        await using var stripe = LoopbackStripe.Start().On("POST /v1/checkout/sessions", """{"id":"cs_1","object":"checkout.session","url":null,"status":"expired"}""");

        await FluentActions.Awaiting(() => stripe.Gateway.StartCheckoutAsync(Request, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*cs_1*");
    }

    [Fact]
    public async Task The_portal_brings_the_customer_back()
    {
        await using var stripe = LoopbackStripe.Start().On("POST /v1/billing_portal/sessions", """{"id":"bps_1","object":"billing_portal.session","url":"https://billing.stripe.com/p/session/1"}""");

        (await stripe.Gateway.OpenPortalAsync("cus_1", new Uri("https://app.example.com/settings"), Ct)).Should().Be(new Uri("https://billing.stripe.com/p/session/1"));

        stripe.Requests[0].Form.Should().BeEquivalentTo(new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = "cus_1", ["return_url"] = "https://app.example.com/settings" });
        await FluentActions.Awaiting(() => stripe.Gateway.OpenPortalAsync("", new Uri("https://app.example.com"), Ct)).Should().ThrowAsync<ArgumentException>().WithParameterName("customerId");
    }

    [Fact, Guarantee("Stripe", 10)]
    public async Task Without_billing_the_gateway_says_which_option_turned_it_off()
    {
        await using var stripe = LoopbackStripe.Start(o => (o.Enabled, o.ApiKey) = (false, null));

        await FluentActions.Awaiting(() => stripe.Gateway.StartCheckoutAsync(Request, Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*Enabled*");

        stripe.Requests.Should().BeEmpty();
    }

    private static CheckoutRequest Request { get; } = new() { TenantId = "acme", Plan = "pro", SuccessUrl = new("https://app.example.com/welcome?session={CHECKOUT_SESSION_ID}") };
}
