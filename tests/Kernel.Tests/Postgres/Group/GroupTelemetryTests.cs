using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>What operators see of a group.</summary>
public sealed class GroupTelemetryTests : GroupTests, IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly EntryStatement _statement = new($"telemetry {Guid.CreateVersion7()}", rerunSafe: false);
    private readonly ConcurrentQueue<(string Instrument, double Value)> _measured = new();
    private readonly MeterListener _listener = new();

    public GroupTelemetryTests(PostgresDatabase database)
        : base(database)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Patterns.Postgres")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Batches_waits_and_durations_are_measured_and_the_depth_comes_back_to_nothing()
    {
        await Task.WhenAll(await TogetherAsync(Group(o => o.MaxBatch = 8, _statement), Entry.Range(1, 20)));

        Values("group.batch_size").Should().Equal(1, 8, 8, 4);
        Values("group.queue_wait").Should().HaveCount(21).And.OnlyContain(wait => wait >= 0 && wait < 60);
        Values("group.statement_duration").Should().HaveCount(4).And.OnlyContain(duration => duration > 0 && duration < 60);
        Values("group.queue_depth").Sum().Should().Be(0);
        Values("group.queue_depth").Where(change => change > 0).Sum().Should().Be(20);
    }

    [Fact]
    public async Task Bad_requests_and_the_halvings_that_find_them_are_counted()
    {
        var entries = Entry.Range(1, 8);
        entries[2] = entries[2] with { Fault = "22012" };

        await EndsAsync(await TogetherAsync(Group(statement: _statement), entries));

        (Values("group.poisoned").Sum(), Values("group.splits").Sum()).Should().Be((1, 3));
    }

    [Fact]
    public async Task Refused_cancelled_and_failed_requests_leave_the_queue_as_deep_as_it_was()
    {
        var group = Group(o => (o.QueueLimit, o.QueueFull, o.OrderBy, o.BatchLockTimeout) = (4, QueueFullMode.Reject, entry => entry.Key, TimeSpan.FromMilliseconds(50)), _statement);
        using var cancel = new CancellationTokenSource();
        await using (var held = await LockAsync(1))
        {
            var blocked = group.RunAsync(new(1) { Key = "a" }, Ct).AsTask();
            await group.RunAsync(new(2) { Key = "b" }, Ct);
            var parked = Entry.Range(3, 6).Select(entry => group.RunAsync(entry with { Key = "a" }, entry.Id == 4 ? cancel.Token : Ct).AsTask()).ToArray();
            await cancel.CancelAsync();
            group.Queued.Should().Be(3);
            await held.ReleaseAsync();
            (await EndsAsync([blocked, .. parked])).Count(end => end is not null).Should().Be(3);
        }

        Values("group.rejected").Sum().Should().Be(2);
        Values("group.queue_depth").Sum().Should().Be(0);
        group.Queued.Should().Be(0);
    }

    [Fact]
    public async Task Unknown_outcomes_are_counted()
    {
        var group = Group(statement: _statement);
        await using var gate = await CloseGateAsync();
        var call = group.RunAsync(new(1), Ct).AsTask();
        await gate.ArrivedAsync();
        await gate.TerminateAsync();
        await EndAsync(call);

        Values("group.unknown_outcomes").Sum().Should().Be(1);
    }

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (key, tag) in tags)
        {
            if (key == "group" && (string?)tag == _statement.Name)
                _measured.Enqueue((instrument.Name["patterns.postgres.".Length..], value));
        }
    }

    private IEnumerable<double> Values(string instrument) => _measured.Where(measured => measured.Instrument == instrument).Select(measured => measured.Value);
}
