using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>Months that leave by their class, on a clock that moves over years, and what holds keep.</summary>
public sealed class RetentionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AuditActor Officer = new("user", "officer");
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 10)]
    [Guarantee("AuditLog", 11)]
    public async Task Over_seven_years_each_class_keeps_what_was_promised_and_holds_keep_the_rest()
    {
        var (log, time) = await NewAsync();
        await using var _1 = log;
        var start = time.GetUtcNow();
        await log.Integrity.HoldAsync(new("held", "case 1", start.AddDays(-1), start.AddDays(100), Officer, "litigation"), Ct);
        var entries = new List<(Guid Id, string Tenant, string Class, DateTimeOffset At)>();
        var drops = 0;
        for (var day = 0; day < 7 * 365; day += IsLong ? 30 : 90)
        {
            foreach (var (tenant, retentionClass) in new[] { ("held", "standard"), ("free", "standard"), ("free", "hipaa") })
            {
                var entry = new AuditEntry(tenant, TestLog.Alice, "year.passed") { OccurredAt = time.GetUtcNow(), RetentionClass = retentionClass };
                await log.Log.AppendAsync(entry, Ct);
                entries.Add((entry.Id, tenant, retentionClass, time.GetUtcNow()));
            }

            await log.Integrity.SealNowAsync(Ct);
            await log.AdvanceAsync(TimeSpan.FromDays(IsLong ? 30 : 90));
            drops += await log.Integrity.DropExpiredAsync(Ct);
            (await IdsAsync(log)).Should().BeEquivalentTo(Expected());
        }

        var records = await log.ScalarAsync<string[]>("SELECT array_agg(note ORDER BY run_no) FROM {schema}.audit_log_runs WHERE kind = 3");
        records.Should().HaveCount(drops).And.OnlyHaveUniqueItems().And.Contain(note => note.Contains("\"partition\":\"audit_log_entries_hipaa_p", StringComparison.Ordinal));
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_held_entries")).Should().BeGreaterThan(0);
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_held_seal_entries")).Should().BeGreaterThan(0);

        var report = await log.Integrity.VerifyAsync(new(Officer), Ct);
        report.IsIntact.Should().BeTrue();
        report.Findings.Should().NotBeEmpty().And.OnlyContain(f => f.Kind == FindingKind.Expired, "what was dropped under a record is in order");
        report.Findings.Should().NotContain(f => f.TenantId == "held" && f.SequenceNumber == 1, "the hold keeps it");
        var held = await log.Log.QueryAsync(new("held", Officer) { ActionPrefix = "year.", PageSize = 500 }, Ct);
        held.Entries.Select(e => e.Entry.Id).Should().BeEquivalentTo(entries.Where(e => e.Tenant == "held").Select(e => e.Id).Intersect(Expected()));

        await log.Integrity.ReleaseAsync("held", "case 1", Officer, "settled", Ct);
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_held_entries")).Should().Be(0);
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_held_seal_entries")).Should().Be(0);
        (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', action, targets[1], reason), ', ') FROM {schema}.audit_log_entries WHERE action LIKE 'audit.hold.%'"))
            .Should().Be("audit.hold.released legal_hold:case 1 settled");

        IEnumerable<Guid> Expected() => entries
            .Where(e => MonthAfter(e.At).AddDays(e.Class == "hipaa" ? 2192 : 400) > time.GetUtcNow() || (e.Tenant == "held" && e.At < start.AddDays(100)))
            .Select(e => e.Id);
    }

    [Fact]
    [Guarantee("AuditLog", 10)]
    public async Task A_class_that_is_shortened_keeps_old_months_as_promised_and_a_younger_month_waits_for_them()
    {
        var (log, time) = await NewAsync(o => o.Retention["brief"] = TimeSpan.FromDays(300));
        await using var _1 = log;
        await AppendAsync(log, time, "old");
        await log.AdvanceAsync(TimeSpan.FromDays(62));
        await using (var shortened = log.Again(configure: o => (o.Retention["brief"], o.VerifyOnStart) = (TimeSpan.FromDays(30), false), more: services => services.AddSingleton<TimeProvider>(time)))
            await shortened.StartAsync();
        await log.AdvanceAsync(TimeSpan.FromDays(62));
        await using var log2 = log.Again(configure: o => (o.Retention["brief"], o.VerifyOnStart) = (TimeSpan.FromDays(30), false), more: services => services.AddSingleton<TimeProvider>(time));
        await AppendAsync(log2, time, "new");
        await log2.AdvanceAsync(TimeSpan.FromDays(100));

        (await log2.Integrity.DropExpiredAsync(Ct)).Should().Be(0, "the new month is past its 30 days, but comes after the old one, which has 300");
        (await ActionsAsync(log2)).Should().Equal("new", "old");
        // The month in which the class was shortened has its 300 days too, where maintenance has made a partition for it.
        await log2.AdvanceAsync(TimeSpan.FromDays(175));

        (await log2.Integrity.DropExpiredAsync(Ct)).Should().BeGreaterThan(0);
        (await ActionsAsync(log2)).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("AuditLog", 10)]
    public async Task What_is_not_sealed_is_not_dropped()
    {
        var (log, time) = await NewAsync();
        await using var _1 = log;
        await log.Log.AppendAsync(TestLog.Entry() with { OccurredAt = time.GetUtcNow() }, Ct);
        await log.AdvanceAsync(TimeSpan.FromDays(500));

        (await log.Integrity.DropExpiredAsync(Ct)).Should().Be(0);
        await log.Integrity.SealNowAsync(Ct);
        (await log.Integrity.DropExpiredAsync(Ct)).Should().Be(1);

        (await log.EntriesAsync()).Should().Be(0);
    }

    [Theory]
    [InlineData("drop-recorded")]
    [InlineData("entries-dropped")]
    [Guarantee("AuditLog", 10)]
    public async Task A_drop_that_is_killed_is_finished_later_under_the_same_record(string step)
    {
        var (log, time) = await NewAsync();
        await using var _1 = log;
        await log.Log.AppendAsync(TestLog.Entry() with { OccurredAt = time.GetUtcNow() }, Ct);
        await log.Integrity.SealNowAsync(Ct);
        await log.AdvanceAsync(TimeSpan.FromDays(500));

        await using (var child = ChildProcess.Start(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATTERNS_AUDIT_LOG_KILL_AT"] = step }, [], "SealEntries",
            log.ConnectionString, log.Schema, Convert.ToBase64String(log.Key.ExportPkcs8PrivateKey()), "drop"))
            (await child.FinishAsync()).Should().Be(137);
        (await log.Integrity.DropExpiredAsync(Ct)).Should().Be(1);

        (await log.ScalarAsync<string[]>("SELECT array_agg(note) FROM {schema}.audit_log_runs WHERE kind = 3")).Should().ContainSingle().Which.Should().Contain("\"entries\":1,\"seals\":1");
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_seal_entries")).Should().Be(0);
    }

    [Fact]
    [Guarantee("AuditLog", 11)]
    public async Task A_hold_is_placed_once_and_needs_its_terms()
    {
        var (log, time) = await NewAsync();
        await using var _1 = log;
        var hold = new LegalHold("acme", "case 1", time.GetUtcNow(), time.GetUtcNow().AddDays(9), Officer, "litigation");
        await log.Integrity.HoldAsync(hold, Ct);
        await log.Integrity.HoldAsync(hold, Ct);

        var other = () => log.Integrity.HoldAsync(hold with { To = hold.To.AddDays(1) }, Ct);
        (await other.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'acme'*'case 1'*");
        foreach (var (bad, expected) in new[] { (hold with { Reason = "" }, "*Reason*"), (hold with { CaseId = "" }, "*CaseId*"), (hold with { To = hold.From }, "*To*") })
        {
            var place = () => log.Integrity.HoldAsync(bad, Ct);
            (await place.Should().ThrowAsync<ArgumentException>()).WithMessage(expected);
        }

        await log.Integrity.ReleaseAsync("acme", "case 2", Officer, "not there", Ct);
        var release = () => log.Integrity.ReleaseAsync("acme", "case 1", Officer, "", Ct);
        (await release.Should().ThrowAsync<ArgumentException>()).WithMessage("*reason*");
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_entries WHERE action LIKE 'audit.hold.%'")).Should().Be(1);
    }

    [Fact]
    [Guarantee("AuditLog", 11)]
    public async Task What_a_hold_keeps_cannot_be_deleted()
    {
        var (log, time) = await NewAsync();
        await using var _1 = log;
        var always = new LegalHold("acme", "case 1", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Officer, "litigation");
        await log.Integrity.HoldAsync(always, Ct);
        await log.Integrity.HoldAsync(always, Ct);
        await log.Log.AppendAsync(TestLog.Entry() with { OccurredAt = time.GetUtcNow() }, Ct);
        await log.Integrity.SealNowAsync(Ct);
        await log.AdvanceAsync(TimeSpan.FromDays(500));
        await log.Integrity.DropExpiredAsync(Ct);
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_held_entries")).Should().BeGreaterThan(0);

        var delete = () => log.ExecuteAsync("DELETE FROM {schema}.audit_log_held_entries");

        (await delete.Should().ThrowAsync<PostgresException>()).WithMessage("*the audit log only grows*");
        (await log.Integrity.VerifyAsync(new(Officer), Ct)).IsIntact.Should().BeTrue();
    }

    private async Task<(TestLog Log, FakeTime Time)> NewAsync(Action<AuditLogOptions>? configure = null)
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        return (await TestLog.NewAsync(database.ConnectionString, configure, services => services.AddSingleton<TimeProvider>(time)), time);
    }

    private static DateTimeOffset MonthAfter(DateTimeOffset at) => new DateTimeOffset(at.Year, at.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1);

    private static Task<Guid[]> IdsAsync(TestLog log) => log.ScalarAsync<Guid[]>(
        """
        SELECT coalesce(array_agg(id), '{}') FROM (SELECT id, action FROM {schema}.audit_log_entries UNION ALL SELECT id, action FROM {schema}.audit_log_held_entries) AS e
        WHERE action = 'year.passed'
        """);

    private static Task<string[]> ActionsAsync(TestLog log) => log.ScalarAsync<string[]>("SELECT coalesce(array_agg(action ORDER BY action), '{}') FROM {schema}.audit_log_entries WHERE retention_class = 'brief'");

    private static async Task AppendAsync(TestLog log, FakeTime time, string action)
    {
        await log.Log.AppendAsync(TestLog.Entry(action: action) with { OccurredAt = time.GetUtcNow(), RetentionClass = "brief" }, Ct);
        await log.Integrity.SealNowAsync(Ct);
    }
}
