using System.Text;
using System.Text.Json;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Reads;

public sealed class ExportTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AuditActor Reader = new("user", "reader");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AuditFormat.JsonLines)]
    [InlineData(AuditFormat.Csv)]
    [InlineData(AuditFormat.Ocsf)]
    [InlineData(AuditFormat.Cef)]
    [Guarantee("AuditLog", 12)]
    public async Task A_file_has_every_sealed_entry_newest_first_and_ends_with_the_head_that_covers_them(AuditFormat format)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var start = TimeProvider.System.GetUtcNow().AddHours(-3);
        for (var part = 0; part < 5; part++)
            await log.Log.AppendAsync([.. Enumerable.Range(part * 1_000, 1_000).Select(i => TestLog.Entry() with { RequestId = $"request-{i}.", OccurredAt = start.AddSeconds(i / 3) })], Ct);
        var head = (await log.Integrity.SealNowAsync(Ct)).Head!;
        await log.Log.AppendAsync([TestLog.Entry("other"), TestLog.Entry() with { RequestId = "not sealed", OccurredAt = start }], Ct);

        var lines = await ExportAsync(log, format);

        var seen = lines.Where(static line => line.Contains("request-", StringComparison.Ordinal)).Select(static line => int.Parse(line.Split("request-")[1].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        seen.Should().OnlyHaveUniqueItems().And.HaveCount(5_000);
        seen.Select(static i => i / 3).Should().BeInDescendingOrder();
        lines.Should().NotContain(static line => line.Contains("not sealed", StringComparison.Ordinal) || line.Contains("other", StringComparison.Ordinal));
        lines[^1].Should().Contain(Convert.ToBase64String(head.Signature).Replace("=", format == AuditFormat.Cef ? "\\=" : "=", StringComparison.Ordinal));
        (await log.ScalarAsync<string>("SELECT concat(actor_id, ' ', details) FROM {schema}.audit_log_entries WHERE action = 'audit.log.exported'"))
            .Should().Be($$"""reader {"format":"{{(format == AuditFormat.JsonLines ? "json_lines" : format.ToString().ToLowerInvariant())}}"}""");
    }

    [Fact]
    public async Task Json_lines_hold_the_documents_as_json_and_stay_lines()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var entry = TestLog.Entry() with { Targets = [new("invoice", "in_1")], Details = "{\n \"amount\" : 5 }", Personal = """{"name":"Älice"}""", OnBehalfOf = new("user", "bob"), Outcome = AuditOutcome.Denied };
        await log.Log.AppendAsync(entry with { WaitForSeal = true }, Ct);

        var lines = await ExportAsync(log, AuditFormat.JsonLines);

        lines.Should().HaveCount(2);
        var line = JsonDocument.Parse(lines[0]).RootElement;
        line.GetProperty("id").GetGuid().Should().Be(entry.Id);
        line.GetProperty("details").GetProperty("amount").GetInt32().Should().Be(5);
        line.GetProperty("personal").GetProperty("name").GetString().Should().Be("Älice");
        line.GetProperty("outcome").GetString().Should().Be("denied");
        JsonDocument.Parse(lines[1]).RootElement.GetProperty("head").GetProperty("runNo").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task Csv_quotes_every_cell_and_no_cell_is_a_formula()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(TestLog.Entry() with { Actor = new("user", "=HYPERLINK(\"http://x\")"), Reason = "a \"b\",\r\nc", WaitForSeal = true }, Ct);

        var text = string.Join('\n', await ExportAsync(log, AuditFormat.Csv));

        text.Should().StartWith("\"id\",\"tenant_id\",").And.Contain("\"'=HYPERLINK(\"\"http://x\"\")\"").And.Contain("\"a \"\"b\"\",\r\nc\"").And.Contain("\"#head\",\"{\"\"runNo\"\":1,");
    }

    [Theory]
    [InlineData("auth.login.success", 3002, 1, 300201)]
    [InlineData("auth.session.logout", 3002, 2, 300202)]
    [InlineData("auth.password.changed", 3002, 99, 300299)]
    [InlineData("invoice.invoice.created", 6003, 1, 600301)]
    [InlineData("phi.record.read", 6003, 2, 600302)]
    [InlineData("tenant.settings.changed", 6003, 3, 600303)]
    [InlineData("data.record.deleted", 6003, 4, 600304)]
    [InlineData("authz.access_denied", 6003, 99, 600399)]
    public async Task Ocsf_events_have_their_class_activity_and_type(string action, int classId, int activity, int type)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var entry = TestLog.Entry(action: action) with { Outcome = AuditOutcome.Denied, Reason = "no", Personal = """{"name":"secret name"}""", Details = """{"n":1}""", Targets = [new("invoice", "in_1")], RequestId = "r1" };
        await log.Log.AppendAsync(entry with { WaitForSeal = true }, Ct);

        var lines = await ExportAsync(log, AuditFormat.Ocsf);

        lines[0].Should().NotContain("secret name");
        var line = JsonDocument.Parse(lines[0]).RootElement;
        Numbers(line, "category_uid", "class_uid", "activity_id", "type_uid", "severity_id", "status_id").Should().Equal(classId / 1_000, classId, activity, type, 3, 2);
        line.GetProperty("time").GetInt64().Should().BeCloseTo(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), 600_000);
        var metadata = line.GetProperty("metadata");
        (metadata.GetProperty("version").GetString(), metadata.GetProperty("uid").GetGuid(), metadata.GetProperty("tenant_uid").GetString()).Should().Be(("1.6.0", entry.Id, "acme"));
        line.GetProperty("actor").GetProperty("user").GetProperty("uid").GetString().Should().Be("alice");
        line.GetProperty("unmapped").GetProperty("details").GetProperty("n").GetInt32().Should().Be(1);
        if (classId == 6003)
        {
            line.GetProperty("api").GetProperty("operation").GetString().Should().Be(action);
            line.GetProperty("resources")[0].GetProperty("uid").GetString().Should().Be("in_1");
            line.TryGetProperty("src_endpoint", out _).Should().BeTrue("the class demands it");
        }
        else
        {
            line.GetProperty("user").GetProperty("uid").GetString().Should().Be("alice");
        }

        Numbers(JsonDocument.Parse(lines[1]).RootElement, "category_uid", "class_uid", "activity_id", "type_uid").Should().Equal(0, 0, 99, 99);
    }

    [Fact]
    public async Task Cef_escapes_pipes_and_backslashes_in_the_header_and_equals_signs_backslashes_and_line_breaks_in_the_extension()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var entry = TestLog.Entry(action: @"a|b\c=d") with { Reason = "x=1|y\\z\nnext\rlast", Outcome = AuditOutcome.Failure, Personal = """{"name":"secret name"}""" };
        await log.Log.AppendAsync(entry with { WaitForSeal = true }, Ct);

        var lines = await ExportAsync(log, AuditFormat.Cef);

        lines.Should().HaveCount(2);
        lines[0].Should().StartWith(@"CEF:0|Patterns|AuditLog|1|a\|b\\c=d|a\|b\\c=d|5|rt=").And.Contain(@" reason=x\=1|y\\z\nnext\rlast ").And.Contain(" outcome=failure ").And.Contain(" cs1Label=tenant cs1=acme")
            .And.NotContain("secret name");
        lines[1].Should().StartWith("CEF:0|Patterns|AuditLog|1|audit.log.head|").And.Contain("cn1Label=run cn1=1");
    }

    [Fact]
    public async Task A_log_without_entries_gives_a_file_without_them()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        (await ExportAsync(log, AuditFormat.JsonLines)).Should().Equal("{\"head\":null}");
    }

    [Fact]
    public async Task An_export_that_is_cancelled_lacks_its_last_line()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(TestLog.Entry() with { WaitForSeal = true }, Ct);
        using var stream = new MemoryStream();

        await FluentActions.Awaiting(() => log.Log.ExportAsync(new("acme", Reader), AuditFormat.JsonLines, stream, new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        Encoding.UTF8.GetString(stream.ToArray()).Should().NotContain("head");
    }

    private static async Task<string[]> ExportAsync(TestLog log, AuditFormat format)
    {
        using var stream = new MemoryStream();
        await log.Log.ExportAsync(new("acme", Reader), format, stream, Ct);
        return Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n').Split('\n');
    }

    private static IEnumerable<int> Numbers(JsonElement line, params string[] names) => names.Select(name => line.GetProperty(name).GetInt32());
}
