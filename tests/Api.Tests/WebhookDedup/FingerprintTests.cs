using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Which payloads of one event are the same.</summary>
public sealed class FingerprintTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact, Guarantee("WebhookDedup", 10)]
    public async Task Another_payload_under_a_known_id_is_refused_counted_and_logged_and_the_first_one_stays()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var webhookEvent = Event(payload: "first");
        var first = await application.DeliverAsync(webhookEvent);

        var forged = await application.DeliverAsync(Event(webhookEvent.Id, "other"));

        forged.Should().Be(first with { Outcome = ClaimOutcome.PayloadMismatch, Deliveries = 2 });
        (forged.HttpStatus, forged.RetryAfter).Should().Be((409, null));
        (await application.ScalarAsync<int>("SELECT mismatches FROM patterns.webhook_dedup_keys WHERE event_id = $1", webhookEvent.Id)).Should().Be(1);
        // sha256sum of "other" and of "first"
        application.Logged.Should().ContainSingle(line => line.StartsWith("Warning"))
            .Which.Should().ContainAll(webhookEvent.Id, "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa", "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 10)]
    public async Task Another_payload_is_refused_also_while_the_event_is_held()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var webhookEvent = Event(payload: "first");
        await application.DeliverAsync(webhookEvent);
        await using var holder = await application.BeginAsync();
        await holder.ClaimAsync(webhookEvent);

        (await application.DeliverAsync(Event(webhookEvent.Id, "other"))).Outcome.Should().Be(ClaimOutcome.PayloadMismatch);
    }

    [Fact]
    public async Task A_source_can_take_another_payload_as_a_duplicate()
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.Source("stripe", s => s.OnMismatch = MismatchPolicy.TreatAsDuplicate));
        var webhookEvent = Event(payload: "first");
        await application.DeliverAsync(webhookEvent);

        (await application.DeliverAsync(Event(webhookEvent.Id, "other"))).Should().Match<WebhookReceipt>(r => r.Outcome == ClaimOutcome.Duplicate && r.HttpStatus == 200);
        application.Logged.Should().Contain(line => line.StartsWith("Warning"));
    }

    [Fact]
    public async Task A_source_can_leave_payloads_uncompared()
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.Source("stripe", s => s.Fingerprint = WebhookFingerprint.None));
        var webhookEvent = Event(payload: "first");
        await application.DeliverAsync(webhookEvent);

        (await application.DeliverAsync(Event(webhookEvent.Id, "other"))).Outcome.Should().Be(ClaimOutcome.Duplicate);
        application.Logged.Should().NotContain(line => line.StartsWith("Warning"));
    }

    [Fact, Guarantee("WebhookDedup", 10)]
    public async Task Stripes_count_of_pending_webhooks_makes_no_other_payload()
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.Source("stripe", s => s.UseStripe()));
        const string Body = """{"id":"evt_1","data":{"object":{"amount":100,"pending_webhooks":1}},"pending_webhooks":2,"type":"invoice.paid"}""";
        (await CompareAsync(application, Body, Body.Replace("\"pending_webhooks\":2", "\"pending_webhooks\":0", StringComparison.Ordinal))).Should().Be(ClaimOutcome.Duplicate);
        (await CompareAsync(application, Body, Body.Replace("100", "900", StringComparison.Ordinal))).Should().Be(ClaimOutcome.PayloadMismatch);
        (await CompareAsync(application, Body, Body.Replace("\"pending_webhooks\":1", "\"pending_webhooks\":0", StringComparison.Ordinal))).Should().Be(ClaimOutcome.PayloadMismatch);
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":[1,2],"d":null}}""", """{ "b" : {"d":null,  "c":[1,2]},"a":1 }""", true)]
    [InlineData("""{"a":"\u00e9\/\n"}""", "{\"a\":\"é/\\n\"}", true)]
    [InlineData("""{"a\u0062":1}""", """{"ab":1}""", true)]
    [InlineData("""{"a":1,"skip":1}""", """{"a":1}""", true)]
    [InlineData("""{"a":1,"skip":{"x":[1,{"y":2}]}}""", """{"skip":"z","a":1}""", true)]
    [InlineData("""{"list":[{"at":1,"v":1},{"v":2}]}""", """{"list":[{"at":5,"v":1},{"v":2}]}""", true)]
    [InlineData("""{"list":[{"v":1},{"at":1,"v":2}]}""", """{"list":[{"v":1},{"at":5,"v":2}]}""", false)]
    [InlineData("""{"a/b":1,"c":1}""", """{"a/b":2,"c":1}""", true)]
    [InlineData("""{"inner":{"skip":1}}""", """{"inner":{"skip":2}}""", false)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("[1,2]", "[[1],2]", false)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":{},"b":{}}""", """{"a":{"b":{}}}""", false)]
    [InlineData("""["ab",""]""", """["a","b"]""", false)]
    [InlineData("""{"a":null}""", """{"a":false}""", false)]
    [InlineData("""{"a":1,"a":2}""", """{ "a":1,"a":2}""", false)]
    [InlineData("""{"a":1} x""", """{ "a":1} x""", false)]
    [InlineData("""{"a":1""", """{ "a":1""", false)]
    [InlineData("not json", "not json", true)]
    [InlineData("\"\\ud800\"", " \"\\ud800\"", false)]
    [InlineData("", "", true)]
    [InlineData("", "{}", false)]
    public async Task The_json_fingerprint_compares_values(string one, string other, bool same)
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.Source("stripe", s => s.Fingerprint = WebhookFingerprint.JsonExcept("/skip", "/list/0/at", "/a~1b")));
        (await CompareAsync(application, one, other)).Should().Be(same ? ClaimOutcome.Duplicate : ClaimOutcome.PayloadMismatch);
    }

    [Fact]
    public async Task The_json_fingerprint_takes_large_and_deep_documents()
    {
        await using var application = await StartAsync(database.ConnectionString, o => o.Source("stripe", s => s.Fingerprint = WebhookFingerprint.JsonExcept()));
        var members = Enumerable.Range(0, 20_000).Select(i => $"\"member{i}\":\"{new string('v', i % 50)}\"").ToArray();
        var large = $"{{{string.Join(',', members)}}}";
        var reversed = $"{{{string.Join(',', members.Reverse())}}}";
        (await CompareAsync(application, large, reversed)).Should().Be(ClaimOutcome.Duplicate);
        (await CompareAsync(application, large, large.Replace("member7\"", "member_\"", StringComparison.Ordinal))).Should().Be(ClaimOutcome.PayloadMismatch);

        var deep = new string('[', 60) + "1" + new string(']', 60);
        (await CompareAsync(application, deep, " " + deep)).Should().Be(ClaimOutcome.Duplicate);
        var tooDeep = new string('[', 100) + "1" + new string(']', 100);
        (await CompareAsync(application, tooDeep, " " + tooDeep)).Should().Be(ClaimOutcome.PayloadMismatch, "beyond 64 levels the bytes are compared");
    }

    [Theory]
    [InlineData("pending_webhooks")]
    [InlineData("")]
    [InlineData("/a~2b")]
    [InlineData("/a~")]
    [InlineData(null)]
    public void A_path_that_is_no_json_pointer_is_refused(string? path)
    {
        var fingerprint = () => WebhookFingerprint.JsonExcept(path!);
        fingerprint.Should().Throw<ArgumentException>().WithMessage("*JSON Pointer*");
    }

    private static async Task<ClaimOutcome> CompareAsync(Application application, string one, string other)
    {
        var first = Event(payload: one);
        await using var transaction = await application.BeginAsync();
        return (await transaction.ClaimAsync(first, Event(first.Id, other)))[1].Outcome;
    }
}
