using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>Every record reads Stripe's published example of its resource, whole, and says again what it read.</summary>
public sealed class RecordTests
{
    private static readonly JsonObject Fixtures = JsonNode.Parse(File.ReadAllText(Path.Combine(Clone.Root, "tests", "Billing.Tests", "Stripe", "Data", "fixtures3.json")))!["resources"]!.AsObject();
    private static readonly JsonSerializerOptions Readable = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<string, Func<IStripeClient, Task<StripeObject>>> Resources => new()
    {
        { "customer", async stripe => await stripe.GetCustomerAsync("x") },
        { "deleted_customer", async stripe => await stripe.GetCustomerAsync("x") },
        { "checkout.session", async stripe => await stripe.GetCheckoutSessionAsync("x") },
        { "billing_portal.session", async stripe => await stripe.CreatePortalSessionAsync(new PortalSessionCreate { Customer = "x" }) },
        { "subscription", async stripe => await stripe.GetSubscriptionAsync("x") },
        { "invoice", async stripe => await stripe.GetInvoiceAsync("x") },
        { "dispute", async stripe => await stripe.GetDisputeAsync("x") },
        { "transfer", async stripe => await stripe.GetTransferAsync("x") },
        { "transfer_reversal", async stripe => await stripe.ReverseTransferAsync("x", new TransferReversalCreate()) },
        { "account", async stripe => await stripe.GetAccountAsync("x") },
        { "event", async stripe => await stripe.GetEventAsync("x") },
        { "tax.calculation", async stripe => await stripe.CreateTaxCalculationAsync(new TaxCalculationCreate { Currency = "eur", LineItems = [] }) },
        { "billing.meter_event", async stripe => await stripe.CreateMeterEventAsync(new MeterEventCreate { EventName = "x", Payload = StripeSetup.Map() }) },
        { "billing.meter_event_adjustment", async stripe => await stripe.CreateMeterEventAdjustmentAsync(new MeterEventAdjustmentCreate { EventName = "x", Type = "cancel" }) },
        { "billing.credit_grant", async stripe => await stripe.VoidCreditGrantAsync("x") },
    };

    [Theory, MemberData(nameof(Resources))]
    public async Task A_record_says_again_what_it_read(string name, Func<IStripeClient, Task<StripeObject>> read)
    {
        var record = await ReadAsync(Fixtures[name]!, read);

        JsonNode.DeepEquals(JsonSerializer.SerializeToNode(record.Raw), Fixtures[name]).Should().BeTrue("Raw is the whole resource");
        var differences = new List<string>();
        Compare("", JsonSerializer.SerializeToNode(record, record.GetType(), Readable)!, Fixtures[name], differences);
        differences.Should().BeEmpty();
    }

    [Theory, MemberData(nameof(Resources))]
    public async Task What_an_answer_leaves_out_is_as_in_a_record_made_by_hand(string name, Func<IStripeClient, Task<StripeObject>> read)
    {
        var record = await ReadAsync(new JsonObject(), read);

        var type = record.GetType();
        JsonSerializer.Serialize(record, type, Readable).Should().Be(JsonSerializer.Serialize(Activator.CreateInstance(type), type, Readable), name);
    }

    [Fact]
    public async Task A_null_reads_as_empty_where_a_record_says_that_there_is_a_value()
    {
        var subscription = (StripeSubscription)await ReadAsync(JsonNode.Parse("""{"id":"sub_1","items":null,"metadata":null,"status":null}""")!, async stripe => await stripe.GetSubscriptionAsync("x"));

        subscription.Items.Data.Should().BeEmpty();
        subscription.Metadata.Should().BeEmpty();
        subscription.Status.Should().BeEmpty();
    }

    [Fact]
    public async Task A_meter_event_summary_says_again_what_it_read()
    {
        var fixture = Fixtures["billing.meter_event_summary"]!;
        await using var server = await StripeServer.StartAsync();
        server.Answer(200, $$"""{"object":"list","has_more":false,"data":[{{fixture.ToJsonString()}}]}""");
        await using var provider = StripeSetup.Provide(server.Address);

        var summaries = new List<StripeMeterEventSummary>();
        var filter = new MeterSummaryFilter { Customer = "x", StartTime = default, EndTime = default };
        await foreach (var summary in provider.GetRequiredService<IStripeClient>().ListMeterEventSummariesAsync("x", filter, ct: TestContext.Current.CancellationToken)) summaries.Add(summary);

        var differences = new List<string>();
        Compare("", JsonSerializer.SerializeToNode(summaries.Single(), Readable)!, fixture, differences);
        differences.Should().BeEmpty();
    }

    [Fact]
    public async Task A_tax_calculation_reads_its_lines()
    {
        var fixture = Fixtures["tax.calculation"]!.DeepClone();
        var line = Fixtures["tax.calculation_line_item"]!.DeepClone();
        fixture["line_items"] = new JsonObject { ["object"] = "list", ["has_more"] = false, ["data"] = new JsonArray(line) };

        var sale = (StripeTaxCalculation)await ReadAsync(fixture, async stripe => await stripe.CreateTaxCalculationAsync(new TaxCalculationCreate { Currency = "eur", LineItems = [] }));

        var differences = new List<string>();
        Compare("", JsonSerializer.SerializeToNode(sale, Readable)!, fixture, differences);
        differences.Should().BeEmpty();
        sale.LineItems!.Data.Should().ContainSingle().Which.Amount.Should().Be((long)line["amount"]!);
        sale.TaxBreakdown[0].TaxRateDetails!.PercentageDecimal.Should().Be(9.875m);
    }

    [Fact]
    public async Task Instants_of_version_2_are_read_as_those_of_version_1()
    {
        var session = await ReadAsync(
            JsonNode.Parse("""{"id":"mes_1","authentication_token":"secret","created":"2026-05-04T03:02:01.000Z","expires_at":"2026-05-04T03:17:01.000Z"}""")!, async stripe => await stripe.CreateMeterEventSessionAsync());

        ((StripeMeterEventSession)session).ExpiresAt.Should().Be(new DateTimeOffset(2026, 5, 4, 3, 17, 1, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("""{"id":"in_1","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}""", "sub_1")]
    [InlineData("""{"id":"in_1","parent":{"type":"subscription_details","subscription_details":{"subscription":{"id":"sub_2","object":"subscription","items":{"data":[{"id":"si_1"}]}}}}}""", "sub_2")]
    [InlineData("""{"id":"in_1","subscription":"sub_3"}""", "sub_3")]
    [InlineData("""{"id":"in_1"}""", null)]
    public async Task An_invoice_knows_its_subscription_wherever_the_version_puts_it(string json, string? subscription) =>
        ((StripeInvoice)await ReadAsync(JsonNode.Parse(json)!, async stripe => await stripe.GetInvoiceAsync("x"))).SubscriptionId.Should().Be(subscription);

    [Fact]
    public void A_record_that_was_made_by_hand_has_no_raw_json() => new StripeCustomer().Raw.ValueKind.Should().Be(JsonValueKind.Undefined);

    private static async Task<StripeObject> ReadAsync(JsonNode fixture, Func<IStripeClient, Task<StripeObject>> read)
    {
        await using var server = await StripeServer.StartAsync();
        server.Answer(200, fixture.ToJsonString());
        await using var provider = StripeSetup.Provide(server.Address);
        return await read(provider.GetRequiredService<IStripeClient>());
    }

    // Each field that the record has must say what the fixture says. What a fixture leaves out, the record has as null, false, zero or empty.
    private static void Compare(string path, JsonNode? ours, JsonNode? theirs, List<string> differences)
    {
        if (ours is JsonObject record && theirs is JsonObject resource)
        {
            foreach (var (name, value) in record) Compare($"{path}.{name}", value, resource[name], differences);
        }
        else if (ours is JsonArray list && theirs is JsonArray entries)
        {
            if (list.Count != entries.Count) differences.Add($"{path}: {list.Count} entries, not {entries.Count}");
            for (var i = 0; i < Math.Min(list.Count, entries.Count); i++) Compare($"{path}[{i}]", list[i], entries[i], differences);
        }
        else if (!AreEqual(ours, theirs))
        {
            differences.Add($"{path}: {ours?.ToJsonString() ?? "null"}, not {theirs?.ToJsonString() ?? "null"}");
        }
    }

    private static bool AreEqual(JsonNode? ours, JsonNode? theirs) => (ours, theirs) switch
    {
        (null, null) => true,
        (null, _) => false,
        (JsonValue value, null) => IsDefault(value),
        (JsonObject { Count: 0 } or JsonArray { Count: 0 }, null) => true,
        (JsonObject embedded, null) => embedded.All(field => AreEqual(field.Value, theirs: null)),
        (JsonValue id, JsonObject whole) => (string?)whole["id"] == (string?)id,
        (JsonValue instant, JsonValue seconds) when instant.GetValueKind() == JsonValueKind.String && seconds.GetValueKind() == JsonValueKind.Number =>
            DateTimeOffset.Parse((string)instant!, CultureInfo.InvariantCulture).ToUnixTimeSeconds() == (long)seconds,
        (JsonValue number, JsonValue text) when number.GetValueKind() == JsonValueKind.String && decimal.TryParse((string)number!, CultureInfo.InvariantCulture, out var left) =>
            decimal.TryParse((string?)text, CultureInfo.InvariantCulture, out var right) && left == right,
        (JsonValue value, JsonValue other) => JsonNode.DeepEquals(value, other),
        _ => false,
    };

    private static bool IsDefault(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => (string)value! is "" or "0001-01-01T00:00:00+00:00",
        JsonValueKind.Number => (decimal)value == 0,
        JsonValueKind.False => true,
        _ => false,
    };
}
