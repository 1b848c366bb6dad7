using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Calls on the disk, and files that are not as they were written.</summary>
public sealed class SpillTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>An outage ends all connections, and a pool would hand the dead ones to the assertions.</summary>
    private string Unpooled => database.ConnectionString + ";Pooling=false";

    [Fact]
    [Guarantee("LlmCost", 8)]
    public async Task With_spill_a_call_is_on_the_disk_when_it_is_queued_and_leaves_it_when_it_is_booked()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => (o.SpillFolder, o.Durability) = (root.Path, LlmCostDurability.Spill));
        await host.BookAsync(BookedCalls.Now("acme"));
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            await host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);
            var one = root.Bytes;
            one.Should().BePositive();
            await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct).AsTask()));
            root.Bytes.Should().BeGreaterThan(50 * one);
        }

        await host.Costs.FlushAsync(Ct);

        (await host.RowsAsync()).Should().Be(66);
        await Eventually.HoldsAsync("the spill is empty", () => root.Bytes == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(100)]
    [Guarantee("LlmCost", 8)]
    public async Task A_file_whose_end_was_torn_off_gives_what_is_whole(int bytes)
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        var file = await SpillAsync(host, root, 10);
        await using (var stream = new FileStream(file, FileMode.Open))
            stream.SetLength(stream.Length - bytes);

        await using var next = host.Other(configure: o => o.SpillFolder = root.Path);
        await next.StartAsync();

        await Eventually.HoldsAsync("nine are booked", async () => await host.RowsAsync() == 9 && root.Bytes == 0);
        root.Others("*.damaged").Should().BeEmpty("a call that was torn off was never acknowledged");
    }

    [Fact]
    [Guarantee("LlmCost", 8)]
    public async Task A_file_that_is_damaged_is_read_up_to_there_and_kept()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        var file = await SpillAsync(host, root, 10);
        var content = await File.ReadAllBytesAsync(file, Ct);
        content[content.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(file, content, Ct);

        await using var next = host.Other(configure: o => o.SpillFolder = root.Path);
        await next.StartAsync();

        await Eventually.HoldsAsync("some are booked", async () => await host.RowsAsync() is > 3 and < 10 && root.Files.Count == 0);
        new FileInfo(root.Others("*.damaged").Should().ContainSingle().Subject).Length.Should().Be(content.Length);
    }

    [Fact]
    [Guarantee("LlmCost", 8)]
    public async Task A_file_that_is_booked_twice_changes_nothing()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        var file = await SpillAsync(host, root, 10);
        File.Copy(file, Path.Combine(Path.GetDirectoryName(file)!, "000000000009.spill"));

        await using var next = host.Other(configure: o => o.SpillFolder = root.Path);
        await next.StartAsync();

        await Eventually.HoldsAsync("all is booked", async () => root.Bytes == 0 && await host.RowsAsync() == 10);
        (await host.DaysAsync("acme")).Should().ContainSingle().Which.Should().Contain(": 10, 100,");
    }

    [Fact]
    public async Task Two_processes_share_no_file_and_the_next_start_finds_what_both_left()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled);
        var (one, other) = (host.Other(configure: Spilling), host.Other(configure: Spilling));
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            await one.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);
            await other.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);
            root.Files.Should().HaveCount(2);
            await one.DisposeAsync();
            await other.DisposeAsync();
        }

        await using var next = host.Other(configure: Spilling);
        await next.StartAsync();

        await Eventually.HoldsAsync("both are booked", async () => await host.RowsAsync() == 2 && root.Bytes == 0);

        void Spilling(LlmCostOptions options) => (options.SpillFolder, options.Durability) = (root.Path, LlmCostDurability.Spill);
    }

    [Fact]
    [Guarantee("LlmCost", 9)]
    public async Task A_full_spill_makes_callers_wait_and_drops_nothing()
    {
        using var root = new SpillRoot();
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => (o.SpillFolder, o.QueueCapacity, o.MaxSpillBytes) = (root.Path, 1, 1 << 20));
        await host.BookAsync(BookedCalls.Now("acme"));
        var queued = new List<Task>();
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            while (root.Bytes < 1 << 20)
            {
                queued.AddRange(Enumerable.Range(0, 20).Select(_ => QueueAsync()));
                await Eventually.HoldsAsync("they are written, or the spill is full", () => queued.TrueForAll(static task => task.IsCompleted) || root.Bytes >= 1 << 20);
            }

            var late = QueueAsync();
            late.IsCompleted.Should().BeFalse();
            queued.Add(late);
            root.Bytes.Should().BeInRange(1 << 20, (1 << 20) + 20_000);
        }

        await Task.WhenAll(queued);
        await host.Costs.FlushAsync(Ct);
        (await host.RowsAsync()).Should().Be(queued.Count + 1);

        Task QueueAsync() => host.Costs.QueueAsync(BookedCalls.Now("acme") with { ResponseId = new('r', 200) }, Ct).AsTask();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_stops_the_start_where_it_is_needed()
    {
        using var root = new SpillRoot();
        var file = Path.Combine(root.Path, "a-file");
        await File.WriteAllTextAsync(file, "", Ct);
        await using var host = await LedgerHost.NewAsync(Unpooled);
        await using var needing = host.Other(configure: o => (o.SpillFolder, o.Durability) = (file, LlmCostDurability.Spill));

        (await needing.Awaiting(static h => h.StartAsync()).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*SpillFolder*");
    }

    [Fact]
    public async Task Where_the_disk_refuses_the_call_is_booked_while_its_caller_waits()
    {
        using var root = new SpillRoot();
        var file = Path.Combine(root.Path, "a-file");
        await File.WriteAllTextAsync(file, "", Ct);
        await using var host = await LedgerHost.NewAsync(Unpooled, configure: o => (o.SpillFolder, o.Durability) = (file, LlmCostDurability.Spill));

        await host.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);

        (await host.RowsAsync()).Should().Be(1);
    }

    private async Task<string> SpillAsync(LedgerHost host, SpillRoot root, int calls)
    {
        var gone = host.Other(configure: o => (o.SpillFolder, o.Durability) = (root.Path, LlmCostDurability.Spill));
        await using (await Outage.BeginAsync(database.ConnectionString))
        {
            for (var i = 0; i < calls; i++)
                await gone.Costs.QueueAsync(BookedCalls.Now("acme"), Ct);
            await gone.DisposeAsync();
        }

        return root.Files.Should().ContainSingle().Subject;
    }
}
