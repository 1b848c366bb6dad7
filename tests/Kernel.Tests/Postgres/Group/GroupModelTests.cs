using System.Globalization;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>
/// Random requests, keys, bad rows, collisions, locks and cancellations, under random options, against a model: what each caller is told, what is in the table afterwards, what was
/// sent together and in which order. A failure names its seed; <c>PATTERNS_SEED</c> runs that schedule alone.
/// </summary>
public abstract class GroupModelTests(PostgresDatabase database, Func<string>? connectionString = null) : GroupTests(database, connectionString)
{
    private const int Requests = 100;

    [Fact]
    public async Task Whatever_happens_every_caller_is_told_the_truth()
    {
        if (Environment.GetEnvironmentVariable("PATTERNS_SEED") is { } only)
        {
            await RunAsync(int.Parse(only, CultureInfo.InvariantCulture), 0);
            return;
        }

        var first = Random.Shared.Next(1_000_000_000);
        for (var i = 0; i < (AtLength ? 1_000 : 25); i++)
        {
            try
            {
                await RunAsync(first + i, i * 1_000);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"The schedule of PATTERNS_SEED={first + i} failed.", e);
            }
        }
    }

    private async Task RunAsync(int seed, int firstId)
    {
        var random = new Random(seed);
        var statement = new EntryStatement();
        var options = Options(random);
        await using var group = new GroupCommit<Entry, Answer>(Postgres, statement, options);
        var requests = Enumerable.Range(firstId + 1, Requests).Select(id => new ModelRequest(RandomEntry(random, id), random.Next(7) == 0 ? random.Next(50) : null)).ToArray();
        var held = requests.OrderBy(_ => random.Next()).Take(random.Next(3)).ToArray();
        await ExecuteAsync("ALTER SEQUENCE refusals RESTART");
        await using var rowLock = held.Length == 0 ? null : await LockAsync([.. held.Select(request => request.Entry.Id)]);

        foreach (var request in requests)
        {
            request.Start(group);
            if (random.Next(5) == 0)
                await Task.Yield();
        }

        // Nobody waits for a lock but those who need it, and those behind them in their key.
        await Task.WhenAll(requests.Where(request => !IsBehind(request, held, options)).Select(request => request.EndedAsync()));
        var kept = random.Next(2) == 0;
        if (rowLock is not null)
            await (kept ? rowLock.KeepAsync() : rowLock.ReleaseAsync());
        await Task.WhenAll(requests.Select(request => request.EndedAsync()));
        await group.DisposeAsync();

        int[] taken = kept ? [.. held.Select(request => request.Entry.Id)] : [];
        var rows = (await RowsAsync()).Where(id => id > firstId).ToArray();
        foreach (var request in requests)
        {
            var isTaken = taken.Contains(request.Entry.Id);
            request.Expected(isTaken).Should().Contain(request.Ended, $"of {request}");
            if (request.IsApplied(IsBehind(request, held, options)) is { } applied)
                rows.Contains(request.Entry.Id).Should().Be(applied || isTaken, $"{request} was told: {request.Ended}");
        }

        group.Queued.Should().Be(0);
        ShouldKeepToOptions(statement, requests.ToDictionary(request => request.Entry.Id, request => request.Entry), [.. rows.Except(taken)], options);
    }

    private static GroupOptions<Entry> Options(Random random)
    {
        var options = new GroupOptions<Entry> { Lanes = random.Next(1, 4), MaxBatch = random.Next(1, 40), BatchLockTimeout = TimeSpan.FromMilliseconds(30) };
        if (random.Next(3) > 0)
            (options.OrderBy, options.UniqueKeys) = (entry => entry.Key, random.Next(2) == 0);
        if (random.Next(3) == 0)
            options.BatchBy = entry => entry.Tenant;
        if (random.Next(3) == 0)
            options.FairBy = entry => entry.Tenant;
        if (random.Next(3) == 0)
            (options.SizeOf, options.MaxBatchBytes) = (entry => entry.Size, 100);
        return options;
    }

    private static Entry RandomEntry(Random random, int id) => new(id)
    {
        Key = $"key {random.Next(6)}",
        Tenant = $"tenant {random.Next(3)}",
        Size = random.Next(20) == 0 ? 150 : random.Next(40),
        Fault = random.Next(25) switch { 0 => "22012", 1 => "P0001", 2 => "23514", 3 => "40001*2", _ => "" },
    };

    private static bool IsBehind(ModelRequest request, ModelRequest[] held, GroupOptions<Entry> options) =>
        held.Any(other => other == request || (options.OrderBy is not null && other.Entry.Key == request.Entry.Key));

    private static void ShouldKeepToOptions(EntryStatement statement, Dictionary<int, Entry> entries, int[] rows, GroupOptions<Entry> options)
    {
        foreach (var batch in statement.Batches.Select(ids => ids.Select(id => entries[id]).ToArray()))
        {
            batch.Length.Should().BeInRange(1, options.MaxBatch);
            if (options.OrderBy is not null)
                batch.Select(entry => entry.Key).Should().BeInAscendingOrder(StringComparer.Ordinal);
            if (options.UniqueKeys)
                batch.Select(entry => entry.Key).Should().OnlyHaveUniqueItems();
            if (options.BatchBy is not null)
                batch.Select(entry => entry.Tenant).Distinct(StringComparer.Ordinal).Should().ContainSingle();
            if (options.SizeOf is not null && batch.Length > 1)
                batch.Sum(entry => entry.Size).Should().BeLessThanOrEqualTo(options.MaxBatchBytes);
        }

        if (options.OrderBy is null)
            return;

        foreach (var key in rows.Select(id => entries[id]).GroupBy(entry => (entry.Key, options.FairBy is null ? "" : entry.Tenant)))
            key.Select(entry => entry.Id).Should().BeInAscendingOrder($"of {key.Key}");
    }
}
