using Npgsql;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>Personal data that is emptied, and secrets that are never stored.</summary>
public sealed class RedactionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AuditActor Officer = new("user", "officer");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task Redacting_an_actor_empties_what_he_did_and_what_was_done_for_him_and_is_an_entry_in_each_class()
    {
        await using var log = await NewAsync();
        await log.Integrity.SealNowAsync(Ct);

        var count = await log.Integrity.RedactAsync(new("acme", Officer, "erasure request 7") { Actor = TestLog.Alice }, Ct);

        count.Should().Be(3);
        (await log.ScalarAsync<string>(
            """
            SELECT string_agg(concat_ws(' ', e.action, e.retention_class, CASE WHEN e.personal IS NULL AND e.personal_salt IS NULL THEN 'empty' ELSE 'full' END, length(e.personal_commitment), r.reason), ', ' ORDER BY e.action)
            FROM {schema}.audit_log_entries e
            LEFT JOIN {schema}.audit_log_entries r ON r.id = e.redaction AND r.tenant_id = e.tenant_id AND r.retention_class = e.retention_class AND r.action = 'audit.entry.redacted'
            WHERE e.action LIKE '_'
            """)).Should().Be("a standard empty 32 erasure request 7, b hipaa empty 32 erasure request 7, c standard empty 32 erasure request 7, d standard full 32, e standard full 32, f standard empty");
        (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', retention_class, actor_id, targets[1], details), ', ' ORDER BY retention_class) FROM {schema}.audit_log_entries WHERE action = 'audit.entry.redacted'"))
            .Should().Be("""hipaa officer user:alice {"entries":1}, standard officer user:alice {"entries":2}""");
        (await log.Integrity.RedactAsync(new("acme", Officer, "again") { Actor = TestLog.Alice }, Ct)).Should().Be(0);
        await log.Integrity.SealNowAsync(Ct);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task One_entry_can_be_redacted_sealed_or_not()
    {
        await using var log = await NewAsync();
        var id = await log.ScalarAsync<Guid>("SELECT id FROM {schema}.audit_log_entries WHERE action = 'd'");

        (await log.Integrity.RedactAsync(new("acme", Officer, "a mistake") { EntryId = id }, Ct)).Should().Be(1);
        (await log.Integrity.RedactAsync(new("globex", Officer, "another tenant's") { EntryId = id }, Ct)).Should().Be(0);

        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_entries WHERE personal IS NOT NULL")).Should().Be(4);
    }

    [Fact]
    [Guarantee("AuditLog", 11)]
    public async Task What_is_under_legal_hold_is_not_redacted()
    {
        await using var log = await NewAsync();
        var now = TimeProvider.System.GetUtcNow();
        await log.Integrity.HoldAsync(new("acme", "case 1", now.AddDays(-1), now.AddDays(1), Officer, "litigation"), Ct);

        var redact = () => log.Integrity.RedactAsync(new("acme", Officer, "erasure") { Actor = TestLog.Alice }, Ct);

        (await redact.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*case 1*Release the hold*");
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_entries WHERE personal IS NOT NULL")).Should().Be(5);
        await log.Integrity.ReleaseAsync("acme", "case 1", Officer, "settled", Ct);
        (await redact()).Should().Be(3);
    }

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task Nothing_but_a_redaction_changes_an_entry()
    {
        await using var log = await NewAsync();

        foreach (var change in new[] { "personal = NULL", "redaction = id", "personal = NULL, personal_salt = NULL, redaction = id, reason = 'x'", "personal = '{}', redaction = id" })
        {
            var update = () => log.ExecuteAsync($"UPDATE {{schema}}.audit_log_entries SET {change} WHERE action = 'a'");
            (await update.Should().ThrowAsync<PostgresException>(change)).WithMessage("*the audit log only grows*");
        }
    }

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task Bad_requests_are_named()
    {
        await using var log = await NewAsync();
        foreach (var (request, expected) in new (RedactRequest, string)[]
        {
            (new("", Officer, "r") { Actor = Officer }, "*TenantId is missing*"),
            (new("acme", Officer, "") { Actor = Officer }, "*Reason is missing*"),
            (new("acme", Officer, "r"), "*exactly one of Actor and EntryId*"),
            (new("acme", Officer, "r") { Actor = Officer, EntryId = Guid.CreateVersion7() }, "*exactly one of Actor and EntryId*"),
            (new("acme", new("a:b", "c"), "r") { Actor = Officer }, "*By.Type is 'a:b'*colon*"),
        })
        {
            var redact = () => log.Integrity.RedactAsync(request, Ct);
            (await redact.Should().ThrowAsync<ArgumentException>()).WithMessage(expected);
        }
    }

    [Theory]
    [InlineData("""{"a": 1.0,  "b": "x"}""", """{"a": 1.0,  "b": "x"}""")]
    [InlineData("""{"password": "p", "n": {"API_Key": {"x": [1]}, "list": [{"accessToken": 7}]}, "e": 1.50}""", """{"password":"[REDACTED]","n":{"API_Key":"[REDACTED]","list":[{"accessToken":"[REDACTED]"}]},"e":1.50}""")]
    [InlineData("""{"apikey": 1, "credit-card": 2, "Set-Cookie": 3, "token_count": 4, "session": 5, "obsession": 6, "secretary": 7}""", """{"apikey":"[REDACTED]","credit-card":"[REDACTED]","Set-Cookie":"[REDACTED]","token_count":4,"session":"[REDACTED]","obsession":6,"secretary":7}""")]
    [InlineData("""{"userAPIKey": 1, "XApiKey": 2, "my_apikey": 3, "oauth2Token": 4, "OAuthToken": 5, "passWord": 6, "userSSN": 7, "keyAPI": 8, "tokens": 9}""", """{"userAPIKey":"[REDACTED]","XApiKey":"[REDACTED]","my_apikey":"[REDACTED]","oauth2Token":"[REDACTED]","OAuthToken":"[REDACTED]","passWord":"[REDACTED]","userSSN":"[REDACTED]","keyAPI":8,"tokens":9}""")]
    [InlineData("""{"our_code": 1, "email": "jane@example.com"}""", """{"our_code":"[REDACTED]","email":"jane@example.com"}""")]
    [Guarantee("AuditLog", 9)]
    public async Task Secrets_are_replaced_before_anything_is_stored(string given, string stored)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => o.DeniedKeys.Add("code"));

        await log.Log.AppendAsync(TestLog.Entry() with { Details = given, Personal = given }, Ct);

        (await log.ScalarAsync<string>("SELECT details::text FROM {schema}.audit_log_entries")).Should().Be(stored);
        (await log.ScalarAsync<string>("SELECT personal::text FROM {schema}.audit_log_entries")).Should().Be(stored);
    }

    [Theory]
    [InlineData("john.doe@example.com", "j******e@example.com")]
    [InlineData("jo@example.com", "**@example.com")]
    [InlineData("j@example.com", "**@example.com")]
    [InlineData("192.168.17.4", "192.168.xxx.xxx")]
    [InlineData("2001:db8:1234:5678::1", "2001:db8:1234::/48")]
    [InlineData("::ffff:10.1.2.3", "10.1.xxx.xxx")]
    [InlineData("12:30", "12:30")]
    [InlineData("1.2", "1.2")]
    [InlineData("mail jane@example.com today", "mail jane@example.com today")]
    [Guarantee("AuditLog", 9)]
    public async Task Addresses_are_masked_where_that_is_asked_for(string given, string stored)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => o.Masking = AuditMasking.Standard);

        await log.Log.AppendAsync(TestLog.Entry() with { Personal = $$"""{"x":["{{given}}"]}""" }, Ct);

        (await log.ScalarAsync<string>("SELECT personal #>> '{x,0}' FROM {schema}.audit_log_entries")).Should().Be(stored);
    }

    /// <summary>Entries a to f of acme: a, b (hipaa) by alice, c on her behalf, d by bob, e by alice of another type, f without personal data; and one of globex.</summary>
    private async Task<TestLog> NewAsync()
    {
        var log = await TestLog.NewAsync(database.ConnectionString);
        const string Personal = """{"email":"alice@example.com"}""";
        await log.Log.AppendAsync(
        [
            TestLog.Entry(action: "a") with { Personal = Personal },
            TestLog.Entry(action: "b") with { Personal = Personal, RetentionClass = "hipaa" },
            new("acme", new("user", "support"), "c") { OnBehalfOf = TestLog.Alice, Personal = Personal },
            new("acme", new("user", "bob"), "d") { Personal = Personal },
            new("acme", new("service", "alice"), "e") { Personal = Personal },
            TestLog.Entry(action: "f"),
            TestLog.Entry("globex", "of globex"),
        ],
        Ct);
        return log;
    }
}
