using System.Diagnostics.Metrics;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Reads;

public sealed class SealedStreamTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 13)]
    public async Task The_stream_has_every_sealed_entry_in_the_order_of_runs_and_goes_on_from_any_place()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        for (var run = 0; run < 4; run++)
        {
            await log.Log.AppendAsync([.. Enumerable.Range(0, 25).Select(i => TestLog.Entry($"t{i % 3}"))], Ct);
            await log.Integrity.SealNowAsync(Ct);
            if (run == 1)
                await log.Integrity.StartNewEpochAsync("a run without entries", Ct);
        }

        var all = await ReadAsync(log, default);

        all.Should().HaveCount(100);
        all.Select(static e => e.Entry.Id).Should().OnlyHaveUniqueItems();
        all.Select(static e => e.RunNo).Should().BeInAscendingOrder().And.OnlyContain(run => run == 1 || run == 2 || run == 4 || run == 5);
        foreach (var tenant in all.GroupBy(static e => e.Entry.TenantId, StringComparer.Ordinal))
            tenant.Select(static e => e.SequenceNumber).Should().Equal(Enumerable.Range(1, tenant.Count()).Select(static i => (long)i));
        for (var i = 0; i < all.Count; i += 7)
            (await ReadAsync(log, all[i].Next)).Select(static e => (e.Entry.Id, e.Next)).Should().Equal(all.Skip(i + 1).Select(static e => (e.Entry.Id, e.Next)));
        (await ReadAsync(log, all[^1].Next)).Should().BeEmpty();
    }

    [Fact]
    [Guarantee("AuditLog", 13)]
    public async Task What_is_sealed_while_it_is_read_comes_in_its_turn_and_nothing_is_left_out()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var written = new List<Guid>();
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 30; i++)
                {
                    var entries = Enumerable.Range(0, 5).Select(j => TestLog.Entry($"t{j}")).ToArray();
                    await log.Log.AppendAsync(entries, Ct);
                    written.AddRange(entries.Select(static e => e.Id));
                    await log.Integrity.SealNowAsync(Ct);
                }
            },
            Ct);

        var read = new List<Guid>();
        var at = default(SealCursor);
        for (var isLast = false; ;)
        {
            isLast = writing.IsCompleted;
            await foreach (var entry in log.Integrity.ReadSealedAsync(at, Ct))
            {
                read.Add(entry.Entry.Id);
                at = entry.Next;
            }

            if (isLast)
                break;
        }

        await writing;
        read.Should().BeEquivalentTo(written).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_gauge_shows_how_far_the_reader_is_behind()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(TestLog.Entry() with { WaitForSeal = true }, Ct);
        await log.AdvanceAsync(TimeSpan.FromHours(3));
        await log.Log.AppendAsync(TestLog.Entry() with { WaitForSeal = true }, Ct);
        var lags = new List<double>();
        using var listener = new MeterListener();
        var mine = new AsyncLocal<bool> { Value = true };
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument is { Meter.Name: "Patterns.AuditLog", Name: "patterns.audit_log.stream.lag" })
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) =>
        {
            // Other tests of the process read streams too.
            if (mine.Value)
                lags.Add(value);
        });
        listener.Start();

        await ReadAsync(log, default);

        lags.Should().HaveCount(3);
        lags[0].Should().BeInRange(10_800, 12_000);
        lags.Skip(1).Should().Equal(0, 0);
    }

    [Fact]
    public async Task A_place_that_cannot_be_is_refused()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        FluentActions.Invoking(() => log.Integrity.ReadSealedAsync(new(-1, 0), Ct)).Should().Throw<ArgumentOutOfRangeException>();
        (await ReadAsync(log, new(99, 5))).Should().BeEmpty("it is ahead of the log");
    }

    private static async Task<List<SealedEntry>> ReadAsync(TestLog log, SealCursor from)
    {
        var entries = new List<SealedEntry>();
        await foreach (var entry in log.Integrity.ReadSealedAsync(from, Ct))
            entries.Add(entry);
        return entries;
    }
}
