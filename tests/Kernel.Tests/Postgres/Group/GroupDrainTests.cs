using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A group that is stopped.</summary>
public sealed class GroupDrainTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Stopping_sends_what_is_queued_and_takes_no_more()
    {
        var group = Group(o => (o.MaxBatch, o.OrderBy, o.Lanes) = (3, entry => $"{entry.Id % 5}", 2));
        await using var gate = await CloseGateAsync();
        var calls = Call(group, Entry.Range(1, 30));

        var stopping = group.DisposeAsync().AsTask();
        (await EndAsync(group.RunAsync(new(31), Ct).AsTask())).Should().BeOfType<ObjectDisposedException>();
        stopping.IsCompleted.Should().BeFalse();
        await gate.OpenAsync();
        await stopping;

        calls.Should().OnlyContain(call => call.IsCompletedSuccessfully || !call.IsCompleted);
        await Task.WhenAll(calls);
        (await RowsAsync()).Should().HaveCount(30);
    }

    [Fact]
    public async Task What_cannot_be_sent_in_time_was_not_applied()
    {
        var group = Group(o => o.DrainTimeout = TimeSpan.FromSeconds(10));
        await using var gate = await CloseGateAsync();
        var calls = Call(group, Entry.Range(1, 5));
        await gate.ArrivedAsync();

        var stopping = group.DisposeAsync().AsTask();
        Time.Advance(TimeSpan.FromSeconds(9.9));
        stopping.IsCompleted.Should().BeFalse();
        Time.Advance(TimeSpan.FromSeconds(0.1));
        await stopping;
        var ends = await EndsAsync(calls[1..]);

        ends.Should().AllBeOfType<GroupCanceledException>().And.OnlyHaveUniqueItems();
        ends.Should().OnlyContain(end => ((GroupCanceledException)end!).Outcome == WriteOutcome.NotApplied);
        group.Queued.Should().Be(0);
        await gate.OpenAsync();
        (await calls[0]).Value.Should().Be(4);
        (await RowsAsync()).Should().Equal(1);
    }

    [Fact]
    public async Task Calls_behind_a_blocked_key_are_sent_too_when_the_group_stops()
    {
        var group = Group(o => (o.OrderBy, o.BatchLockTimeout) = (entry => entry.Key, TimeSpan.FromMilliseconds(50)));
        await using var held = await LockAsync(1);
        var calls = Call(group, [new(1) { Key = "a" }, new(2) { Key = "a" }, new(3) { Key = "b" }]);
        await calls[2];

        var stopping = group.DisposeAsync().AsTask();
        stopping.IsCompleted.Should().BeFalse();
        await held.ReleaseAsync();
        await stopping;

        await Task.WhenAll(calls);
        (await RowsAsync()).Should().Equal(3, 1, 2);
    }

    [Fact]
    public async Task Stopping_twice_waits_for_the_same_end_and_an_unused_group_stops_at_once()
    {
        var group = Group();

        await group.DisposeAsync();
        await group.DisposeAsync();

        (await EndAsync(group.RunAsync(new(1), Ct).AsTask())).Should().BeOfType<ObjectDisposedException>();
    }

    [Fact]
    [Guarantee("Postgres", 14)]
    public async Task A_host_that_stops_sends_what_its_services_still_ask_for_while_they_stop()
    {
        var last = new LastWords();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddPostgres(o => o.ConnectionString = ConnectionString);
        builder.Services.AddGroupCommit(services => new GroupCommit<Entry, Answer>(services.GetRequiredService<IPostgres>(), Statement, new() { Time = Time }));
        builder.Services.AddGroupCommit(services => new GroupCommit<Entry, Answer>(services.GetRequiredService<IPostgres>(), Statement));
        builder.Services.AddHostedService(services => { last.Group = services.GetRequiredService<GroupCommit<Entry, Answer>>(); return last; });
        using var host = builder.Build();
        await host.StartAsync(Ct);
        await using var gate = await CloseGateAsync();

        var stopping = host.StopAsync(Ct);
        await gate.ArrivedAsync(2);
        await gate.OpenAsync();
        await stopping;

        await Task.WhenAll(last.Calls);
        (await RowsAsync()).Should().HaveCount(10);
        (await EndAsync(last.Group!.RunAsync(new(11), Ct).AsTask())).Should().BeOfType<ObjectDisposedException>();
    }

    private sealed class LastWords : IHostedService
    {
        public GroupCommit<Entry, Answer>? Group { get; set; }

        public Task<Answer>[] Calls { get; private set; } = [];

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Calls = Call(Group!, Entry.Range(1, 10));
            return Task.CompletedTask;
        }
    }
}
