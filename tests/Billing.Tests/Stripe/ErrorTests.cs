using System.Text;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>Errors, in all shapes that Stripe sends them, and what lies between Stripe and here.</summary>
public sealed class ErrorTests() : ScriptedStripe(static options => options.MaxRetries = 0)
{
    private const string Declined = """
        {"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","advice_code":"try_again_later","network_advice_code":"01","network_decline_code":"51",
        "param":"source","message":"Your card has insufficient funds.","doc_url":"https://stripe.com/docs/error-codes/card-declined","charge":"ch_1","payment_intent":{"id":"pi_1","object":"payment_intent"}}}
        """;


    [Theory, Guarantee("Stripe", 4)]
    [InlineData(402, """{"error":{"type":"card_error"}}""", StripeErrorKind.Card)]
    [InlineData(429, """{"error":{"type":"invalid_request_error"}}""", StripeErrorKind.RateLimit)]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"rate_limit"}}""", StripeErrorKind.RateLimit)]
    [InlineData(400, """{"error":{"type":"idempotency_error"}}""", StripeErrorKind.Idempotency)]
    [InlineData(409, """{"error":{"type":"idempotency_error"}}""", StripeErrorKind.Idempotency)]
    [InlineData(400, """{"error":{"type":"invalid_request_error"}}""", StripeErrorKind.InvalidRequest)]
    [InlineData(404, """{"error":{"type":"invalid_request_error","code":"resource_missing"}}""", StripeErrorKind.InvalidRequest)]
    [InlineData(401, """{"error":{"type":"invalid_request_error"}}""", StripeErrorKind.Authentication)]
    [InlineData(403, """{"error":{"type":"invalid_request_error"}}""", StripeErrorKind.Permission)]
    [InlineData(400, """{"error":{"type":"temporary_session_expired"}}""", StripeErrorKind.SessionExpired)]
    [InlineData(400, """{"error":"invalid_grant","error_description":"no"}""", StripeErrorKind.OAuth)]
    [InlineData(409, """{"error":{"type":"api_error"}}""", StripeErrorKind.Api)]
    [InlineData(500, """{"error":{"type":"api_error"}}""", StripeErrorKind.Api)]
    [InlineData(503, "<html>down</html>", StripeErrorKind.Api)]
    [InlineData(404, "<html>not here</html>", StripeErrorKind.Api)]
    [InlineData(302, "", StripeErrorKind.Api)]
    [InlineData(200, "<html>a proxy</html>", StripeErrorKind.Api)]
    [InlineData(200, """{"id":7}""", StripeErrorKind.Api)]
    [InlineData(200, "null", StripeErrorKind.Api)]
    public async Task An_error_has_its_kind(int status, string body, StripeErrorKind kind)
    {
        Server.Answer(status, body);

        var error = await FailAsync();

        error.Kind.Should().Be(kind);
        error.Error.Status.Should().Be(status);
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task An_error_is_whole()
    {
        Server.Answer(402, Declined, ("Request-Id", "req_9"));

        var error = await FailAsync(new StripeCallOptions("attempt-1"));

        error.IdempotencyKey.Should().Be("attempt-1");
        error.Message.Should().Contain("Card").And.Contain("insufficient_funds").And.Contain("402").And.Contain("req_9");
        error.Error.Should().Be(new StripeError
        {
            Status = 402, RequestId = "req_9", Type = "card_error", Code = "card_declined", DeclineCode = "insufficient_funds", AdviceCode = "try_again_later", NetworkAdviceCode = "01",
            NetworkDeclineCode = "51", Param = "source", Message = "Your card has insufficient funds.", DocUrl = "https://stripe.com/docs/error-codes/card-declined", Charge = "ch_1", PaymentIntentId = "pi_1",
        });
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task An_oauth_error_tells_its_code_and_description()
    {
        Server.Answer(400, """{"error":"invalid_grant","error_description":"Authorization code expired"}""");

        (await FailAsync()).Error.Should().Match<StripeError>(error => error.Type == "invalid_grant" && error.Message == "Authorization code expired");
    }

    [Fact, Guarantee("Stripe", 4)]
    public async Task Of_a_body_that_is_not_json_at_most_1_KiB_is_kept()
    {
        Server.Answer(502, new string('x', 5000));

        (await FailAsync()).Error.Message.Should().Be(new string('x', 1024));
    }

    [Fact]
    public async Task Json_of_another_shape_is_not_quoted()
    {
        Server.Answer(200, """{"id":["ada@example.com"]}""");

        (await FailAsync()).ToString().Should().NotContain("ada@example.com");
    }

    [Theory, Guarantee("Stripe", 12)]
    [InlineData(200, """{"id":"in_1","status":"paid"}""", typeof(PayInvoiceResult.Paid))]
    [InlineData(200, """{"id":"in_1","status":"open"}""", typeof(PayInvoiceResult.Processing))]
    [InlineData(402, Declined, typeof(PayInvoiceResult.Declined))]
    [InlineData(402, """{"error":{"type":"card_error","code":"authentication_required","decline_code":"authentication_required"}}""", typeof(PayInvoiceResult.RequiresAction))]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"invoice_payment_intent_requires_action","payment_intent":{"id":"pi_1"}}}""", typeof(PayInvoiceResult.RequiresAction))]
    public async Task An_attempt_to_pay_ends_in_a_value(int status, string body, Type result)
    {
        Server.Answer(status, body);

        (await Client.PayInvoiceAsync("in_1", paymentMethod: null, new StripeCallOptions("attempt-1"), Stop)).Should().BeOfType(result);
    }

    [Fact, Guarantee("Stripe", 12)]
    public async Task A_decline_of_a_payment_tells_why()
    {
        Server.Answer(402, Declined);

        var result = await Client.PayInvoiceAsync("in_1", "pm_1", new StripeCallOptions("attempt-1"), Stop);

        result.Should().BeOfType<PayInvoiceResult.Declined>().Which.Error.Should().Match<StripeError>(error => error.DeclineCode == "insufficient_funds" && error.AdviceCode == "try_again_later" && error.PaymentIntentId == "pi_1");
    }

    [Fact, Guarantee("Stripe", 12)]
    public async Task Any_other_failure_of_a_payment_throws()
    {
        Server.Answer(400, """{"error":{"type":"invalid_request_error","message":"Invoice is already paid"}}""");

        await Client.Awaiting(stripe => stripe.PayInvoiceAsync("in_1", paymentMethod: null, new StripeCallOptions("attempt-1"), Stop)).Should().ThrowAsync<StripeApiException>().WithMessage("*already paid*");
    }

    [Fact]
    public async Task An_answer_of_unknown_length_is_read_to_its_end()
    {
        var name = new string('n', 100_000);
        Server.Chunked(Encoding.UTF8.GetBytes($$"""{"id":"cus_1","name":"{{name}}"}"""));

        (await Client.GetCustomerAsync("cus_1", ct: Stop)).Name.Should().Be(name);
    }

    private async Task<StripeApiException> FailAsync(StripeCallOptions? options = null) =>
        (await Client.Awaiting(stripe => stripe.CreateCustomerAsync(new CustomerCreate(), options, Stop)).Should().ThrowAsync<StripeApiException>()).Which;
}
