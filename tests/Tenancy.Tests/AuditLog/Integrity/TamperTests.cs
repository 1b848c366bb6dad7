using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

/// <summary>What a superuser can do to the log, and what verification says of it: that, and nothing else.</summary>
public sealed class TamperTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 6)]
    public async Task A_change_of_any_column_of_an_entry_is_named_with_its_tenant_number_and_id()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.DumpAsync("good");
        var salt = $"decode('{new string('a', 64)}', 'hex')";
        string[] changes =
        [
            "tenant_id = 'a'", "occurred_at = occurred_at + interval '1 microsecond'", "retention_class = 'hipaa'", "actor_type = 'service'", "actor_id = 'eve'", "behalf_of_type = NULL", "behalf_of_id = 'eve'",
            "action = 'invoice.payment.deleted'", "targets = targets[1:1]", "targets = ARRAY[targets[1] || targets[2]]", "targets = ARRAY[targets]", "targets = targets || NULL::text", "outcome = 1", "outcome = 256", "reason = ''", "reason = NULL", "request_id = 'r-9'",
            "trace_id = NULL", """details = '{"amount": 3}'""", "details = NULL", $"details_salt = {salt}", "details_salt = NULL", """personal = '{"name":"Eve"}'""", $"personal_salt = {salt}",
            "personal_salt = NULL", "personal = NULL, personal_salt = NULL", $"personal_commitment = {salt}", "personal_commitment = NULL", "redaction = id",
            "personal = NULL, personal_salt = NULL, redaction = id",
        ];
        foreach (var change in changes)
        {
            await gallery.Log.ExecuteAsync($"UPDATE {{schema}}.audit_log_entries SET {change} WHERE id = '{gallery.Victim}'");

            var faults = await gallery.FaultsAsync();

            faults.Select(static f => (f.Kind, f.TenantId, f.RunNo, f.SealNo, f.SequenceNumber, f.EntryId))
                .Should().Equal([(FindingKind.Altered, "b", 2, 2, 8, gallery.Victim)], $"of {change}; {Gallery.Show(faults)}");
            await gallery.RestoreAsync("good");
        }

        (await gallery.VerifyAsync()).IsIntact.Should().BeTrue("what was put back is what was sealed");
    }

    [Fact]
    [Guarantee("AuditLog", 6)]
    public async Task Entries_that_are_deleted_inserted_or_exchanged_are_named()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.DumpAsync("good");
        var forged = Guid.CreateVersion7();
        const string Insert = """
            INSERT INTO {schema}.audit_log_entries (tenant_id, occurred_at, id, retention_class, actor_type, actor_id, action, targets, outcome)
            SELECT tenant_id, occurred_at - interval '1 hour', 'FORGED', retention_class, actor_type, actor_id, action, targets, outcome FROM {schema}.audit_log_entries WHERE id = 'VICTIM'
            """;
        const string Swap = """
            UPDATE {schema}.audit_log_entries e SET details = o.details, details_salt = o.details_salt, request_id = o.request_id, targets = o.targets
            FROM {schema}.audit_log_entries o, {schema}.audit_log_seal_entries s
            WHERE s.tenant_id = 'b' AND s.seal_no = 2 AND ((e.id = s.entry_ids[3] AND o.id = s.entry_ids[4]) OR (e.id = s.entry_ids[4] AND o.id = s.entry_ids[3]))
            """;

        await Names("DELETE FROM {schema}.audit_log_entries WHERE id = '" + gallery.Victim + "'", (FindingKind.Missing, 8));
        await Names(
            "DELETE FROM {schema}.audit_log_entries WHERE id = ANY ((SELECT entry_ids[4:5] FROM {schema}.audit_log_seal_entries WHERE tenant_id = 'b' AND seal_no = 3)::uuid[])",
            (FindingKind.Missing, 14), (FindingKind.Missing, 15));
        await Names(Insert.Replace("FORGED", forged.ToString(), StringComparison.Ordinal).Replace("VICTIM", gallery.Victim.ToString(), StringComparison.Ordinal), (FindingKind.Inserted, null));
        await Names($"UPDATE {{schema}}.audit_log_entries SET id = '{forged}' WHERE id = '{gallery.Victim}'", (FindingKind.Missing, 8), (FindingKind.Inserted, null));
        await Names(Swap, (FindingKind.Altered, 8), (FindingKind.Altered, 9));

        async Task Names(string tampering, params (FindingKind, long?)[] expected)
        {
            await gallery.Log.ExecuteAsync(tampering);
            var faults = await gallery.FaultsAsync();
            faults.Select(static f => (f.Kind, f.SequenceNumber)).Should().BeEquivalentTo(expected, $"of {tampering}; {Gallery.Show(faults)}");
            faults.Should().OnlyContain(f => f.TenantId == "b" && f.EntryId != null);
            (await gallery.FaultsAsync("b")).Select(static f => (f.Kind, f.SequenceNumber)).Should().BeEquivalentTo(expected, "the tenant's own verification finds the same");
            (await gallery.FaultsAsync("a")).Should().BeEmpty("another tenant's log is whole");
            await gallery.RestoreAsync("good");
        }
    }

    [Theory]
    [InlineData("seals", "seal_no = 77")]
    [InlineData("seals", "run_no = 1")]
    [InlineData("seals", "retention_class = 'hipaa'")]
    [InlineData("seals", "month = month - interval '1 month'")]
    [InlineData("seals", "first_seq = 7")]
    [InlineData("seals", "count = 4")]
    [InlineData("seals", "root = sha256(root)")]
    [InlineData("seals", "root = sha256(root), hash = sha256(hash)")]
    [InlineData("seals", "previous = sha256(previous)")]
    [InlineData("seals", "hash = sha256(hash)")]
    [InlineData("seal_entries", "seal_no = 77")]
    [InlineData("seal_entries", "retention_class = 'hipaa'")]
    [InlineData("seal_entries", "entry_ids[3] = '019a0000-0000-7000-8000-000000000000'")]
    [InlineData("seal_entries", "entry_ids = ARRAY[entry_ids[2], entry_ids[1]] || entry_ids[3:]")]
    [InlineData("seal_entries", "entry_ids = entry_ids[1:4], occurred_at = occurred_at[1:4], leaves = substring(leaves FROM 1 FOR 128)")]
    [InlineData("seal_entries", "occurred_at[2] = occurred_at[2] + interval '1 second'")]
    [InlineData("seal_entries", "leaves = set_byte(leaves, 70, 255 - get_byte(leaves, 70))")]
    [InlineData("heads", "seal_no = 2")]
    [InlineData("heads", "seal_no = 9")]
    [InlineData("heads", "next_seq = 15")]
    [InlineData("heads", "hash = sha256(hash)")]
    public async Task A_change_of_a_seal_or_its_list_accuses_that_tenant_alone_and_no_entry(string table, string change)
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.Log.ExecuteAsync($"UPDATE {{schema}}.audit_log_{table} SET {change} WHERE tenant_id = 'b' AND {(table == "heads" ? "true" : "seal_no = 2")}");

        var faults = await gallery.FaultsAsync();

        faults.Should().NotBeEmpty();
        faults.Should().OnlyContain(f => f.Kind == FindingKind.BrokenLink || (f.Kind == FindingKind.Missing && f.EntryId == null), Gallery.Show(faults));
        faults.Should().OnlyContain(f => f.TenantId == "b" || (f.TenantId == null && f.RunNo == 2), Gallery.Show(faults));
        faults.Should().Contain(f => f.TenantId == "b" && (f.SealNo == 2 || table == "heads"), Gallery.Show(faults));
        (await gallery.FaultsAsync("a")).Where(static f => f.TenantId is not null).Should().BeEmpty();
    }

    [Theory]
    [InlineData("kind = 1")]
    [InlineData("kind = 256")]
    [InlineData("previous = sha256(previous)")]
    [InlineData("root = sha256(root)")]
    [InlineData("seals = 2")]
    [InlineData("sealed_at = sealed_at - interval '1 microsecond'")]
    [InlineData("note = 'nothing'")]
    [InlineData("signature = set_byte(signature, 5, 255 - get_byte(signature, 5))")]
    [InlineData("signature = '\\x00'")]
    [InlineData("key_id = 'another'")]
    [InlineData("hash = sha256(hash)")]
    public async Task A_change_of_a_run_accuses_that_run_alone(string change)
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.Log.ExecuteAsync($"UPDATE {{schema}}.audit_log_runs SET {change} WHERE run_no = 2");

        var faults = await gallery.FaultsAsync();

        faults.Select(static f => (f.Kind, f.RunNo, f.TenantId)).Should().Equal([(change.StartsWith("hash", StringComparison.Ordinal) ? FindingKind.BrokenLink : FindingKind.BadSignature, 2, null)], Gallery.Show(faults));
    }

    [Fact]
    public async Task A_seal_or_run_that_is_gone_is_named_with_the_numbers_that_go_with_it()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.DumpAsync("good");

        await gallery.Log.ExecuteAsync("DELETE FROM {schema}.audit_log_seals WHERE tenant_id = 'b' AND seal_no = 2");
        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.TenantId, f.SealNo, f.SequenceNumber, f.Count)).Should().Equal((FindingKind.Missing, "b", 2, 6, 5));
        await gallery.RestoreAsync("good");

        await gallery.Log.ExecuteAsync(
            """
            DELETE FROM {schema}.audit_log_entries e USING {schema}.audit_log_seal_entries s WHERE s.tenant_id = 'b' AND s.seal_no = 3 AND e.id = ANY (s.entry_ids);
            DELETE FROM {schema}.audit_log_seal_entries WHERE tenant_id = 'b' AND seal_no = 3;
            DELETE FROM {schema}.audit_log_seals WHERE tenant_id = 'b' AND seal_no = 3
            """);
        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.TenantId, f.SealNo, f.SequenceNumber, f.Count)).Should().Equal((FindingKind.Missing, "b", 3, 11, 5));
        await gallery.RestoreAsync("good");

        await gallery.Log.ExecuteAsync("DELETE FROM {schema}.audit_log_runs WHERE run_no = 2");
        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.TenantId, f.RunNo)).Should().Equal((FindingKind.BrokenLink, null, 2));
        await gallery.RestoreAsync("good");

        await gallery.Log.ExecuteAsync("DELETE FROM {schema}.audit_log_seal_entries WHERE tenant_id = 'b' AND seal_no = 2; DELETE FROM {schema}.audit_log_heads WHERE tenant_id = 'c'");
        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.TenantId, f.SealNo)).Should().BeEquivalentTo([(FindingKind.BrokenLink, "b", 2), (FindingKind.BrokenLink, "c", 3)]);
    }

    [Fact]
    public async Task An_entry_that_goes_or_changes_before_its_seal_is_named_while_it_waits()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var (gone, changed) = (Gallery.Entry("b", 1), Gallery.Entry("b", 2));
        await gallery.Log.Log.AppendAsync([gone, changed, Gallery.Entry("b", 3)], Ct);
        await gallery.Log.ExecuteAsync($"DELETE FROM {{schema}}.audit_log_entries WHERE id = '{gone.Id}'; UPDATE {{schema}}.audit_log_entries SET outcome = 2 WHERE id = '{changed.Id}'");

        (await gallery.FaultsAsync()).Select(static f => (f.Kind, f.TenantId, f.EntryId)).Should().BeEquivalentTo([(FindingKind.Missing, "b", gone.Id), (FindingKind.Altered, "b", changed.Id)]);
    }

    [Fact]
    [Guarantee("AuditLog", 7)]
    public async Task A_log_that_was_rewritten_with_another_key_has_no_good_signature_and_with_the_stolen_one_is_not_what_anchors_keep()
    {
        var anchor = new MemoryAnchor();
        await using var gallery = await Gallery.NewAsync(database.ConnectionString, more: services => services.AddSingleton<IAuditAnchor>(anchor));
        await using var fresh = await Gallery.NewAsync(database.ConnectionString);
        await using var stolen = await Gallery.NewAsync(database.ConnectionString, o => (o.SigningKeys[0], _) = (new("test-1", gallery.Log.Key), 0));
        await gallery.RestoreAsync(await fresh.DumpAsync("fresh"), fresh.Log.Schema);

        var forged = await gallery.FaultsAsync();
        await gallery.RestoreAsync(await stolen.DumpAsync("stolen"), stolen.Log.Schema);
        var rewritten = await gallery.FaultsAsync();

        forged.Where(static f => f.Kind == FindingKind.BadSignature).Select(static f => f.RunNo).Should().Equal(1, 2, 3);
        forged.Where(static f => f.Kind == FindingKind.AnchorMismatch).Select(static f => f.RunNo).Should().Equal(1, 2, 3);
        forged.Should().HaveCount(6);
        rewritten.Select(static f => (f.Kind, f.RunNo)).Should().Equal((FindingKind.AnchorMismatch, 1), (FindingKind.AnchorMismatch, 2), (FindingKind.AnchorMismatch, 3));
    }

    [Fact]
    [Guarantee("AuditLog", 7)]
    public async Task An_old_dump_put_back_lacks_runs_that_anchors_keep_until_a_new_epoch_says_so_openly()
    {
        var anchor = new MemoryAnchor();
        await using var gallery = await Gallery.NewAsync(database.ConnectionString, more: services => services.AddSingleton<IAuditAnchor>(anchor));
        await gallery.DumpAsync("old");
        await gallery.RunAsync("a");
        await gallery.RunAsync("b");
        await gallery.RestoreAsync("old");

        var lost = await gallery.FaultsAsync();
        await gallery.Log.Integrity.StartNewEpochAsync("restored from Monday's backup", Ct);
        await gallery.RunAsync("b", "c");
        await gallery.RunAsync("c");
        var open = await gallery.VerifyAsync();

        lost.Select(static f => (f.Kind, f.RunNo)).Should().Equal((FindingKind.AnchorMismatch, 4), (FindingKind.AnchorMismatch, 5));
        open.Findings.Should().BeEmpty();
        anchor.Heads.Select(static head => head.RunNo).Should().Equal([1, 2, 3, 4, 5, 4, 5, 6], "an anchor is told of the new epoch and of what follows under numbers that it knows");
        open.Epochs.Should().ContainSingle().Which.Note.Should().Be("restored from Monday's backup");
    }
}
