using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace SaasApp.Tests;

public sealed class WebhookTests(RunningApp app, Peers peers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_official_package_signs_takes_effect_once()
    {
        var id = NewId();
        var body = Checkout(id);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = await peers.SignAsync("stripe.sign", new { body, secret = RunningApp.Secret, timestamp });

        var first = await app.DeliverAsync(body, signature);
        var second = await app.DeliverAsync(body, signature);

        (first.StatusCode, second.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));
        (await OutcomeAsync(first), await OutcomeAsync(second)).Should().Be(("new", "duplicate"));
        (await app.PaymentsAsync(id)).Should().ContainSingle().Which.Should().Match<Payment>(p => p.Type == "checkout.session.completed" && p.ObjectId == "cs_1" && p.Customer == null && p.Amount == 1200 && p.Currency == "eur");
    }

    [Fact]
    public async Task A_paid_invoice_that_the_official_package_signs_is_stored_and_then_becomes_one_payment_and_one_receipt()
    {
        var id = NewId();
        var body = Invoice(id);
        var signature = await peers.SignAsync("stripe.sign", new { body, secret = RunningApp.Secret, timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() });

        var first = await app.DeliverAsync(body, signature);
        var second = await app.DeliverAsync(body, signature);

        (first.StatusCode, second.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));
        (await OutcomeAsync(first), await OutcomeAsync(second)).Should().Be(("stored", "duplicate"));
        await Eventually.HoldsAsync("the receipt is there", async () => (await ReceiptAsync(id)).IsSuccessStatusCode);
        (await (await ReceiptAsync(id)).Content.ReadAsStringAsync(Ct)).Should().Contain("Receipt for invoice EXAMPLE-0001").And.Contain("4900 (smallest unit of USD)");
        (await app.PaymentsAsync(id)).Should().ContainSingle().Which.Should().Match<Payment>(p => p.Type == "invoice.paid" && p.ObjectId == "in_1" && p.Customer == "cus_1" && p.Amount == 4900 && p.Currency == "usd");
    }

    [Fact]
    public async Task An_event_that_brings_no_money_is_stored_and_has_no_effect()
    {
        var (other, id) = (NewId(), NewId());

        var answer = await app.DeliverAsync(Invoice(other).Replace("invoice.paid", "invoice.created", StringComparison.Ordinal));
        await app.DeliverAsync(Invoice(id));

        (await OutcomeAsync(answer)).Should().Be("stored");
        // What is stored is worked on in its order, so the first one's turn has come too.
        await Eventually.HoldsAsync("the event after it has taken effect", async () => (await app.PaymentsAsync(id)).Count == 1);
        (await app.PaymentsAsync(other)).Should().BeEmpty();
        (await ReceiptAsync(other)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_known_id_with_another_amount_is_refused_and_the_first_amount_stands(bool isStored)
    {
        var id = NewId();
        var body = isStored ? Invoice(id) : Checkout(id);
        await app.DeliverAsync(body);

        var other = await app.DeliverAsync(body.Replace("00,", "01,", StringComparison.Ordinal));

        (other.StatusCode, await OutcomeAsync(other)).Should().Be((HttpStatusCode.Conflict, "mismatch"));
        await Eventually.HoldsAsync("the first one has taken effect", async () => (await app.PaymentsAsync(id)).Count > 0);
        (await app.PaymentsAsync(id)).Should().ContainSingle().Which.Amount.Should().Be(isStored ? 4900 : 1200);
    }

    [Fact]
    public async Task An_event_that_fails_leaves_nothing_and_takes_effect_when_it_comes_again_in_order()
    {
        var id = NewId();

        var failed = await app.DeliverAsync(Checkout(id).Replace("\"data\"", "\"dater\"", StringComparison.Ordinal));
        var whole = await app.DeliverAsync(Checkout(id));

        failed.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await failed.Content.ReadAsStringAsync(Ct)).Should().NotContain("cs_1").And.NotContain("at SaasApp");
        (await OutcomeAsync(whole)).Should().Be("new");
        (await app.PaymentsAsync(id)).Should().ContainSingle();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"object":"event"}""")]
    public async Task A_signed_body_that_is_no_event_is_a_problem_of_the_sender(string body)
    {
        var answer = await app.DeliverAsync(body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Fact]
    public async Task Deliveries_and_their_answers_are_told()
    {
        var id = NewId();
        await app.DeliverAsync(Checkout(id));
        await app.DeliverAsync(Checkout(id));

        JsonElement told = default;
        await Eventually.HoldsAsync("both deliveries are noted", async () =>
        {
            var webhooks = await app.Client.GetFromJsonAsync<JsonElement>("/api/webhooks", Ct);
            told = webhooks.GetProperty("events").EnumerateArray().FirstOrDefault(row => row.GetProperty("id").GetString() == id);
            return told.ValueKind != JsonValueKind.Undefined && told.GetProperty("deliveries").GetInt64() == 2;
        });

        (told.GetProperty("duplicates").GetInt64(), told.GetProperty("effects").GetInt64()).Should().Be((1, 1));
    }

    private static string NewId() => $"evt_{Guid.CreateVersion7():N}";

    private Task<HttpResponseMessage> ReceiptAsync(string id) => app.Client.GetAsync($"/api/receipts/{id}", Ct);

    private static string Checkout(string id) =>
        $$$$"""{"id":"{{{{id}}}}","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_1","customer":null,"amount_total":1200,"currency":"eur"}}}""";

    private static string Invoice(string id) =>
        $$$$"""{"id":"{{{{id}}}}","object":"event","type":"invoice.paid","data":{"object":{"id":"in_1","object":"invoice","number":"EXAMPLE-0001","customer":"cus_1","amount_paid":4900,"currency":"usd"}},"pending_webhooks":1}""";

    private static async Task<string?> OutcomeAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("outcome").GetString();
}
