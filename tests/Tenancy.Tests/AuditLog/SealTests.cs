using System.Security.Cryptography;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>What the sealer promises.</summary>
public abstract class SealTests(Func<string> connectionString)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task Entries_are_sealed_per_tenant_class_and_month_with_dense_numbers()
    {
        await using var log = await NewAsync();
        var now = TimeProvider.System.GetUtcNow();
        await log.Log.AppendAsync(TestLog.Entry("b"), Ct);
        await log.Log.AppendAsync([TestLog.Entry("a"), TestLog.Entry("a"), TestLog.Entry("a") with { RetentionClass = "hipaa" }, TestLog.Entry("a") with { OccurredAt = now.AddDays(-40) }], Ct);

        var first = await log.Integrity.SealNowAsync(Ct);
        await log.Log.AppendAsync(TestLog.Entry("a"), Ct);
        var second = await log.Integrity.SealNowAsync(Ct);
        var third = await log.Integrity.SealNowAsync(Ct);

        (first.Entries, first.Seals, first.Head!.RunNo).Should().Be((5, 4, 1));
        (second.Entries, second.Seals, second.Head!.RunNo).Should().Be((1, 1, 2));
        (third.Entries, third.Seals, third.Head!.RunNo).Should().Be((0, 0, 2), "an empty call seals nothing and names the newest head");
        (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', tenant_id, seal_no, run_no, first_seq, count), ', ' ORDER BY tenant_id, seal_no) FROM {schema}.audit_log_seals"))
            .Should().Be("a 1 1 1 1, a 2 1 2 1, a 3 1 3 2, a 4 2 5 1, b 1 1 1 1");
        (await log.PendingAsync()).Should().Be(0);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task The_head_is_signed_and_chained()
    {
        await using var log = await NewAsync();
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        var first = (await log.Integrity.SealNowAsync(Ct)).Head!;
        await log.Integrity.StartNewEpochAsync("restored from the backup of Monday", Ct);
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        var third = (await log.Integrity.SealNowAsync(Ct)).Head!;

        first.Previous.Should().Equal(new byte[32]);
        log.Key.VerifyHash(first.Hash(), first.Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).Should().BeTrue();
        third.RunNo.Should().Be(3);
        (await log.ScalarAsync<string>("SELECT concat(kind, ' ', note) FROM {schema}.audit_log_runs WHERE run_no = 2")).Should().Be("2 restored from the backup of Monday");
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task What_a_long_transaction_commits_late_is_in_a_later_run()
    {
        await using var log = await NewAsync();
        await log.InTransactionAsync(async early =>
        {
            await log.Log.AppendAsync(early, TestLog.Entry(), Ct);
            await log.Log.AppendAsync(TestLog.Entry(), Ct);
            (await log.Integrity.SealNowAsync(Ct)).Entries.Should().Be(1);
            return true;
        });

        (await log.Integrity.SealNowAsync(Ct)).Entries.Should().Be(1);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task An_append_that_waits_for_its_seal_returns_sealed()
    {
        await using var log = await NewAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => log.Log.AppendAsync(TestLog.Entry($"t{i}") with { WaitForSeal = true }, Ct)));

        (await log.PendingAsync()).Should().Be(0);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task Two_sealers_at_once_never_fork_the_chain()
    {
        await using var log = await NewAsync(o => o.MaxRun = 100);
        await using var other = log.Again(configure: o => o.MaxRun = 100);
        await log.Log.AppendAsync([.. Enumerable.Range(0, 900).Select(i => TestLog.Entry($"t{i % 11}"))], Ct);

        var sealing = Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? log : other).Integrity.SealNowAsync(Ct));
        await Task.WhenAll(sealing);

        (await log.PendingAsync()).Should().Be(0);
        (await log.ScalarAsync<long>("SELECT count(*) FROM {schema}.audit_log_runs")).Should().Be(9);
        await log.ChainIsWholeAsync();
    }

    private Task<TestLog> NewAsync(Action<AuditLogOptions>? configure = null) => TestLog.NewAsync(connectionString(), configure);
}
