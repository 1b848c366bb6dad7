using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>The hosted service, its health, and what it tells anchors.</summary>
public sealed class SealerServiceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_seals_at_every_turn_and_after_an_hour_of_nothing_it_says_so()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => o.VerifyOnStart = false, services => services.AddSingleton<TimeProvider>(time));
        await log.StartAsync();
        await Eventually.HoldsAsync("the log begins with a heartbeat", async () => await KindsAsync(log) == "1");
        await log.Log.AppendAsync(TestLog.Entry(), Ct);

        await Eventually.HoldsAsync("the entry is sealed", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return await log.PendingAsync() == 0;
        });
        (await KindsAsync(log)).Should().Be("1 0");
        await log.AdvanceAsync(TimeSpan.FromHours(1));
        await Eventually.HoldsAsync("an hour later there is a heartbeat", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return await KindsAsync(log) == "1 0 1";
        });
        await log.ChainIsWholeAsync();
    }

    [Fact]
    public async Task Without_a_key_entries_are_accepted_and_wait_and_health_says_so()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await using var keyless = log.Again(configure: o => o.SigningKeys.Clear(), more: services => services.AddHealthChecks());
        await keyless.Log.AppendAsync(TestLog.Entry(), Ct);

        var seal = () => keyless.Integrity.SealNowAsync(Ct);
        (await seal.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*no key that can sign*SigningKeys.Add*");
        var wait = () => keyless.Log.AppendAsync(TestLog.Entry() with { WaitForSeal = true }, Ct);
        await wait.Should().ThrowAsync<InvalidOperationException>();
        (await HealthAsync(keyless)).Status.Should().Be(HealthStatus.Healthy);
        await log.AdvanceAsync(TimeSpan.FromSeconds(61));

        var health = await HealthAsync(keyless);
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Description.Should().Match("UnsealedTooLong: 1 entries*no key that can sign*");
        await log.Integrity.SealNowAsync(Ct);
        (await HealthAsync(keyless)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task While_a_key_service_does_not_answer_entries_are_accepted_and_the_service_tries_again()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        using var service = new KeyService();
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => (o.SigningKeys[0], o.VerifyOnStart) = (new("remote", service), false), services => services.AddSingleton<TimeProvider>(time));
        await log.StartAsync();
        await Eventually.HoldsAsync("a turn has failed", () => Task.FromResult(log.Captured.Count(1) > 0));
        await log.Log.AppendAsync(TestLog.Entry(), Ct);

        var seal = () => log.Integrity.SealNowAsync(Ct);
        await seal.Should().ThrowAsync<CryptographicException>().WithMessage("The key service does not answer.");
        (await log.PendingAsync()).Should().Be(1);
        service.Answers = true;

        await Eventually.HoldsAsync("the entry is sealed", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return await log.PendingAsync() == 0;
        });
        await log.ChainIsWholeAsync();
    }

    [Fact]
    public async Task The_last_key_that_can_sign_does()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var log = await TestLog.NewAsync(database.ConnectionString, o =>
        {
            o.SigningKeys.Add(new("test-2", next));
            o.SigningKeys.Add(new("retired", next) { VerifyOnly = true });
        });
        await log.Log.AppendAsync(TestLog.Entry(), Ct);

        var head = (await log.Integrity.SealNowAsync(Ct)).Head!;

        head.KeyId.Should().Be("test-2");
        next.VerifyHash(head.Hash(), head.Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).Should().BeTrue();
    }

    [Fact]
    public async Task A_file_keeps_each_head_in_a_line_and_passes_over_what_a_crash_cut_off()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("patterns-anchor-").FullName, "heads.jsonl");
        var anchor = new FileAuditAnchor(path);
        await using var log = await TestLog.NewAsync(database.ConnectionString, configure: null, services => services.AddSingleton<IAuditAnchor>(anchor));
        (await anchor.ReadAsync(Ct).ToListAsync(Ct)).Should().BeEmpty();
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        var first = (await log.Integrity.SealNowAsync(Ct)).Head!;
        await log.Integrity.SealNowAsync(Ct);
        await File.AppendAllTextAsync(path, "{\"runNo\":2,\"kind\":\"Se", Ct);
        await log.Integrity.StartNewEpochAsync(new('r', 200), Ct);
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        var third = (await log.Integrity.SealNowAsync(Ct)).Head!;

        var heads = await anchor.ReadAsync(Ct).ToListAsync(Ct);

        heads.Select(h => h.RunNo).Should().Equal(1, 2, 3);
        heads[0].Hash().Should().Equal(first.Hash());
        heads[2].Should().BeEquivalentTo(third);
        heads[1].Kind.Should().Be(RunKind.Epoch);
        log.Key.VerifyHash(heads[1].Hash(), heads[1].Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).Should().BeTrue();
        (await File.ReadAllLinesAsync(path, Ct)).Should().OnlyContain(line => line.Length <= 1_024).And.Contain(line => line.Length <= 512 && line.Contains("\"runNo\":3", StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public async Task An_anchor_that_fails_is_told_again_and_sealing_goes_on()
    {
        var anchor = new UnreliableAnchor();
        await using var log = await TestLog.NewAsync(database.ConnectionString, configure: null, services => services.AddSingleton<IAuditAnchor>(anchor));
        await log.Log.AppendAsync(TestLog.Entry(), Ct);

        (await log.Integrity.SealNowAsync(Ct)).Entries.Should().Be(1);
        anchor.Heads.Should().BeEmpty();
        log.Captured.Count(3).Should().Be(1);
        anchor.Works = true;
        await log.Integrity.SealNowAsync(Ct);
        await log.Integrity.SealNowAsync(Ct);

        anchor.Heads.Should().ContainSingle().Which.RunNo.Should().Be(1);
    }

    [Fact]
    public async Task An_anchor_that_never_answers_is_given_half_a_minute_and_sealing_goes_on()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        var anchor = new SilentAnchor();
        await using var log = await TestLog.NewAsync(database.ConnectionString, configure: null, services => services.AddSingleton<IAuditAnchor>(anchor).AddSingleton<TimeProvider>(time));
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        var sealing = log.Integrity.SealNowAsync(Ct);
        await anchor.Called.Task.WaitAsync(Ct);
        sealing.IsCompleted.Should().BeFalse();

        time.Advance(TimeSpan.FromSeconds(30));

        (await sealing).Entries.Should().Be(1);
        log.Captured.Count(3).Should().Be(1);
    }

    private static Task<string> KindsAsync(TestLog log) => log.ScalarAsync<string>("SELECT coalesce(string_agg(kind::text, ' ' ORDER BY run_no), '') FROM {schema}.audit_log_runs");

    private static async Task<HealthReportEntry> HealthAsync(TestLog log) =>
        (await log.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(r => r.Name == "patterns_audit_log", Ct)).Entries["patterns_audit_log"];

    private sealed class UnreliableAnchor : IAuditAnchor
    {
        public bool Works { get; set; }

        public List<RunHead> Heads { get; } = [];

        public Task PublishAsync(RunHead head, CancellationToken ct)
        {
            if (!Works)
                throw new IOException("The disk is full.");
            Heads.Add(head);
            return Task.CompletedTask;
        }

        public IAsyncEnumerable<RunHead> ReadAsync(CancellationToken ct) => Heads.ToAsyncEnumerable();
    }

    private sealed class SilentAnchor : IAuditAnchor
    {
        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // It does not mind its token.
        public Task PublishAsync(RunHead head, CancellationToken ct)
        {
            Called.TrySetResult();
            return new TaskCompletionSource().Task;
        }

        public IAsyncEnumerable<RunHead> ReadAsync(CancellationToken ct) => AsyncEnumerable.Empty<RunHead>();
    }

    /// <summary>A key that lives elsewhere.</summary>
    private sealed class KeyService : ECDsa
    {
        private readonly ECDsa _key = Create(ECCurve.NamedCurves.nistP256);

        public KeyService() => (LegalKeySizesValue, KeySizeValue) = ([new(256, 256, 0)], 256);

        public bool Answers { get; set; }

        public override byte[] SignHash(byte[] hash) => Answers ? _key.SignHash(hash) : throw new CryptographicException("The key service does not answer.");

        public override bool VerifyHash(byte[] hash, byte[] signature) => _key.VerifyHash(hash, signature);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _key.Dispose();
            base.Dispose(disposing);
        }
    }
}
