using System.Security.Cryptography;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

public sealed class VerifyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 6)]
    public async Task A_log_that_nobody_touched_is_intact_as_a_whole_by_tenant_and_by_time()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var second = new DateTimeOffset(await gallery.Log.ScalarAsync<DateTime>("SELECT sealed_at FROM {schema}.audit_log_runs WHERE run_no = 2"));

        var whole = await gallery.VerifyAsync();
        var one = await gallery.VerifyAsync("b");
        var late = await gallery.Log.Integrity.VerifyAsync(new(Gallery.Auditor) { SealedFrom = second, SealedTo = second.AddMicroseconds(1) }, Ct);
        var nobody = await gallery.VerifyAsync("nobody");

        new[] { whole, one, late, nobody }.Should().OnlyContain(r => r.IsIntact && r.Findings.Count == 0);
        new[] { whole, one, late, nobody }.Select(static r => (r.Entries, r.Seals, r.Runs)).Should().Equal((45, 9, 3), (15, 3, 3), (15, 3, 1), (0, 0, 3));
        whole.Head!.RunNo.Should().Be(3);
    }

    [Fact]
    public async Task A_new_log_is_intact()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        var report = await log.Integrity.VerifyAsync(new(Gallery.Auditor), Ct);

        (report.IsIntact, report.Entries, report.Head).Should().Be((true, 0, null));
    }

    [Fact]
    public async Task Verification_says_the_same_while_others_append_and_seal()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await gallery.RunAsync("a", "d");
            },
            Ct);

        for (var i = 0; i < 10; i++)
            (await gallery.FaultsAsync()).Should().BeEmpty();
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task A_redacted_entry_is_redacted_and_no_fault_and_one_that_was_emptied_by_hand_is_altered()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.Log.Integrity.RedactAsync(new("b", Gallery.Auditor, "asked to be forgotten") { EntryId = gallery.Victim }, Ct);

        var waiting = await gallery.VerifyAsync();
        await gallery.Log.Integrity.SealNowAsync(Ct);
        var sealed_ = await gallery.VerifyAsync();
        await gallery.Log.ExecuteAsync($"UPDATE {{schema}}.audit_log_entries SET redaction = '{Guid.CreateVersion7()}' WHERE id = '{gallery.Victim}'");
        var forged = await gallery.VerifyAsync();

        foreach (var report in new[] { waiting, sealed_ })
        {
            report.IsIntact.Should().BeTrue();
            report.Findings.Select(static f => (f.Kind, f.TenantId, f.SequenceNumber, f.EntryId)).Should().Equal((FindingKind.Redacted, "b", 8, gallery.Victim));
        }

        forged.Findings.Select(static f => (f.Kind, f.SequenceNumber)).Should().Equal((FindingKind.Altered, 8));
    }

    [Fact]
    public async Task What_waits_for_its_seal_over_a_minute_is_named()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var entry = Gallery.Entry("b", 1);
        await gallery.Log.Log.AppendAsync(entry, Ct);
        (await gallery.FaultsAsync()).Should().BeEmpty();

        await gallery.Log.AdvanceAsync(TimeSpan.FromSeconds(61));

        (await gallery.FaultsAsync()).Where(f => f.TenantId == "b").Select(static f => (f.Kind, f.EntryId)).Should().Equal((FindingKind.UnsealedTooLong, entry.Id));
    }

    [Fact]
    public async Task Earlier_keys_verify_what_they_signed()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var later = gallery.Log.Again(configure: o => o.SigningKeys.Add(new("test-2", next)));
        await later.Log.AppendAsync(Gallery.Entry("a", 1), Ct);
        (await later.Integrity.SealNowAsync(Ct)).Head!.KeyId.Should().Be("test-2");

        (await later.Integrity.VerifyAsync(new(Gallery.Auditor), Ct)).IsIntact.Should().BeTrue();
        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.RunNo)).Should().Equal((FindingKind.BadSignature, 4));
    }

    [Fact]
    public async Task Findings_beyond_the_limit_are_counted()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.Log.ExecuteAsync("UPDATE {schema}.audit_log_entries SET actor_id = 'eve'");

        var report = await gallery.Log.Integrity.VerifyAsync(new(Gallery.Auditor) { MaxFindings = 7 }, Ct);

        report.Findings.Should().HaveCount(7);
        report.Counts.Should().Equal(new Dictionary<FindingKind, long> { [FindingKind.Altered] = 45 });
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task A_verification_is_an_entry_with_its_result()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.VerifyAsync();
        await gallery.Log.ExecuteAsync($"UPDATE {{schema}}.audit_log_entries SET actor_id = 'eve' WHERE id = '{gallery.Victim}'");
        await gallery.VerifyAsync("b");

        var entries = await gallery.Log.ScalarAsync<string>(
            "SELECT string_agg(concat_ws(' ', tenant_id, actor_id, outcome, details), '; ' ORDER BY tenant_id DESC) FROM {schema}.audit_log_entries WHERE action = 'audit.log.verified'");

        entries.Should().Be("""operator auditor 0 {"run":3,"entries":45,"faults":0}; b auditor 1 {"run":3,"entries":15,"faults":1}""");
    }

    [Theory]
    [InlineData(0, "", "MaxFindings")]
    [InlineData(100_001, "", "MaxFindings")]
    [InlineData(1, "x\0", "TenantId")]
    public async Task Bad_input_is_refused_with_its_limit(int maxFindings, string tenant, string named)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var now = TimeProvider.System.GetUtcNow();

        var refused = () => log.Integrity.VerifyAsync(new(Gallery.Auditor) { MaxFindings = maxFindings, TenantId = tenant.Length == 0 ? null : tenant }, Ct);
        var range = () => log.Integrity.VerifyAsync(new(Gallery.Auditor) { SealedFrom = now, SealedTo = now }, Ct);

        await refused.Should().ThrowAsync<ArgumentException>().WithMessage($"*{named}*");
        await range.Should().ThrowAsync<ArgumentException>().WithMessage("*SealedTo*later*");
    }
}
