namespace Tenancy.Tests.AuditLog;

/// <summary>Sealers that are killed at every step, and a storm of writers that roll back and are killed.</summary>
public sealed class CrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("locked", false)]
    [InlineData("taken", false)]
    [InlineData("signed", false)]
    [InlineData("written", false)]
    [InlineData("before-commit", false)]
    [InlineData("committed", true)]
    [Guarantee("AuditLog", 4)]
    public async Task A_sealer_killed_at_any_step_leaves_a_whole_run_or_none(string step, bool isSealed)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync([.. Enumerable.Range(0, 50).Select(i => TestLog.Entry($"t{i % 3}"))], Ct);
        await log.Integrity.SealNowAsync(Ct);
        await log.Log.AppendAsync([.. Enumerable.Range(0, 50).Select(i => TestLog.Entry($"t{i % 4}"))], Ct);

        (await SealAsync(log, "seal", step)).Should().Be(137, "it was killed there");

        (await log.PendingAsync()).Should().Be(isSealed ? 0 : 50);
        await log.ChainIsWholeAsync();
        (await log.Integrity.SealNowAsync(Ct)).Entries.Should().Be(isSealed ? 0 : 50);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task However_writers_and_sealers_die_every_committed_entry_is_sealed_once_in_dense_order()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => o.MaxRun = 500);
        var (tried, done, back) = (Ids(), Ids(), Ids());
        for (var round = 0; round < (IsLong ? 30 : 2); round++)
        {
            await using var sealer = Start(log, "for ever", step: null);
            List<ChildProcess> writers = [.. Enumerable.Range(0, IsLong ? 4 : 2).Select(_ => ChildProcess.Start("AppendEntries", log.ConnectionString, log.Schema))];
            await Task.WhenAll(writers.Select(writer => FollowAsync(writer, 150 + (53 * (round % 5)))));
            await sealer.WaitForLineAsync("sealed", Ct);
            await sealer.KillAsync();
            await Task.WhenAll(writers.Select(writer => writer.DisposeAsync().AsTask()));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => log.Integrity.SealNowAsync(Ct)));

        var entries = await log.ScalarAsync<string[]>("SELECT array_agg(id::text) FROM {schema}.audit_log_entries");
        entries.Should().Contain(done, "what was answered is there");
        entries.Should().BeSubsetOf(tried);
        entries.Should().NotIntersectWith(back, "what was rolled back is not");
        (await log.PendingAsync()).Should().Be(0);
        await log.ChainIsWholeAsync();
        (await log.Integrity.VerifyAsync(new(TestLog.Alice), Ct)).Findings.Should().BeEmpty();

        async Task FollowAsync(ChildProcess writer, int answers)
        {
            var seen = 0;
            while (seen < answers)
            {
                var line = await writer.ReadLineAsync(Ct);
                lock (tried)
                {
                    if (line.StartsWith("try ", StringComparison.Ordinal))
                        tried.Add(line[4..]);
                    else if (line.StartsWith("done ", StringComparison.Ordinal))
                        seen += done.Add(line[5..]) ? 1 : 0;
                    else if (line.StartsWith("back ", StringComparison.Ordinal))
                        back.Add(line[5..]);
                }
            }

            // What it still says is in flight; what it had said before it died was committed.
            await writer.KillAsync();
            await foreach (var line in writer.ReadLinesAsync(Ct))
            {
                lock (tried)
                {
                    if (line.StartsWith("try ", StringComparison.Ordinal) && line.Length == 40)
                        tried.Add(line[4..]);
                }
            }
        }
    }

    [Fact]
    [Guarantee("AuditLog", 4)]
    public async Task Sixty_four_writers_of_twenty_tenants_with_rollbacks_and_two_sealers_leave_a_whole_chain()
    {
        var seed = Environment.TickCount;
        await using var log = await TestLog.NewAsync(database.ConnectionString, o => o.MaxRun = 200);
        await using var other = log.Again(configure: o => o.MaxRun = 200);
        using var finished = new CancellationTokenSource();
        var sealing = new[] { log, other }.Select(async sealer =>
        {
            while (!finished.IsCancellationRequested)
                await sealer.Integrity.SealNowAsync(Ct);
        }).ToList();

        var committed = (await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => Task.Run(() => WriteAsync(new Random(seed + writer))))))
            .SelectMany(ids => ids).Order().ToList();
        await finished.CancelAsync();
        await Task.WhenAll(sealing);
        await log.Integrity.SealNowAsync(Ct);

        (await log.ScalarAsync<Guid[]>("SELECT array_agg(id ORDER BY id) FROM {schema}.audit_log_entries")).Should().Equal(committed, $"seed {seed}");
        (await log.PendingAsync()).Should().Be(0);
        await log.ChainIsWholeAsync();
        (await log.Integrity.VerifyAsync(new(TestLog.Alice), Ct)).Findings.Should().BeEmpty($"seed {seed}");

        async Task<List<Guid>> WriteAsync(Random random)
        {
            var ids = new List<Guid>();
            for (var i = 0; i < (IsLong ? 200 : 10); i++)
            {
                var entries = Enumerable.Range(0, random.Next(1, 4)).Select(_ => TestLog.Entry($"t{random.Next(20)}") with { RetentionClass = random.Next(5) == 0 ? "hipaa" : "standard" }).ToList();
                switch (random.Next(4))
                {
                    case 0:
                        foreach (var entry in entries)
                            await log.Log.AppendAsync(entry, Ct);
                        break;
                    case 1:
                        await log.Log.AppendAsync(entries, Ct);
                        break;
                    case 2:
                        await log.InTransactionAsync(t => log.Log.AppendAsync(t, entries, Ct));
                        break;
                    default:
                        await log.InTransactionAsync(t => log.Log.AppendAsync(t, entries, Ct), commit: false);
                        continue;
                }

                ids.AddRange(entries.Select(e => e.Id));
            }

            return ids;
        }
    }

    private static HashSet<string> Ids() => new(StringComparer.Ordinal);

    private static async Task<int> SealAsync(TestLog log, string what, string step)
    {
        await using var child = Start(log, what, step);
        return await child.FinishAsync();
    }

    private static ChildProcess Start(TestLog log, string what, string? step) => ChildProcess.Start(
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATTERNS_AUDIT_LOG_KILL_AT"] = step }, [], "SealEntries",
        log.ConnectionString, log.Schema, Convert.ToBase64String(log.Key.ExportPkcs8PrivateKey()), what);
}
