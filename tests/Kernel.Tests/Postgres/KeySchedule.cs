namespace Kernel.Tests.Postgres;

/// <summary>
/// A random schedule: a few transactions that claim a few keys, in two steps each, commit or roll back, while the clock jumps and two instances turn and drop
/// generations, and are cancelled. It runs one step after the other; only the maintenance runs beside it.
/// </summary>
internal sealed class KeySchedule(Application[] instances, FakeTime time, int seed, long firstKey, int sessions) : IAsyncDisposable
{
    private const int Steps = 60;
    private const int Keys = 2;

    private readonly Random _random = new(seed);
    private readonly List<OpenClaim> _open = [];
    private readonly List<OpenClaim> _committed = [];
    private readonly Task[] _maintenance = [.. instances.Select(_ => Task.CompletedTask)];
    private readonly CancellationTokenSource[] _stop = [.. instances.Select(_ => new CancellationTokenSource())];

    /// <summary>The committed claims that were told "new".</summary>
    public IEnumerable<(long Key, DateTimeOffset At)> New => _committed.Where(c => c.IsNew).Select(c => (c.Key!.Value, c.ReadAt));

    public async Task RunAsync()
    {
        for (var step = 0; step < Steps; step++)
            await StepAsync();

        while (_open.Count > 0)
            await EndAsync(_open[_random.Next(_open.Count)], commit: _random.Next(2) == 0);
        foreach (var maintenance in _maintenance)
            await time.RunsOutAsync(QuietlyAsync(maintenance));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var claim in _open)
            await claim.DisposeAsync();
        foreach (var stop in _stop)
            await stop.CancelAsync();
        foreach (var maintenance in _maintenance)
            await QuietlyAsync(maintenance);
        foreach (var stop in _stop)
            stop.Dispose();
    }

    private async Task StepAsync()
    {
        var instance = _random.Next(instances.Length);
        switch (_random.Next(14))
        {
            case < 3 when _open.Count < sessions:
                _open.Add(await OpenClaim.BeginAsync(instances[0]));
                break;
            case < 5 when _open.Where(c => c.Key is null).ToList() is { Count: > 0 } begun:
                await begun[_random.Next(begun.Count)].FinishAsync(firstKey + _random.Next(Keys));
                break;
            case < 7 when _open.Where(c => c.Key is not null).ToList() is { Count: > 0 } finished:
                await EndAsync(finished[_random.Next(finished.Count)], commit: _random.Next(4) > 0);
                break;
            case < 9:
                await instances[0].AdvanceAsync(KeyTable.RememberFor * (0.3 + _random.NextDouble()));
                await MaintainAsync(instance);
                break;
            case 9:
                await MaintainAsync(instance);
                break;
            case 10 when !_maintenance[instance].IsCompleted && _random.Next(3) == 0:
                await _stop[instance].CancelAsync();
                break;
            default:
                // A look at the server gives the maintenance, whose pause may have ended, about the time of a step.
                time.Advance(TimeSpan.FromSeconds(_random.Next(1, 5)));
                await instances[0].NowAsync();
                break;
        }
    }

    /// <summary>Starts the instance's maintenance, unless it is under way; sometimes the schedule waits for it.</summary>
    private async Task MaintainAsync(int instance)
    {
        if (!_maintenance[instance].IsCompleted)
            return;

        await QuietlyAsync(_maintenance[instance]);
        if (!_stop[instance].TryReset())
        {
            _stop[instance].Dispose();
            _stop[instance] = new();
        }

        _maintenance[instance] = instances[instance].Keys.MaintainAsync(_stop[instance].Token);
        if (_random.Next(5) == 0)
            await time.RunsOutAsync(QuietlyAsync(_maintenance[instance]));
    }

    private async Task EndAsync(OpenClaim claim, bool commit)
    {
        _open.Remove(claim);
        if (commit)
        {
            await claim.CommitAsync();
            if (claim.Key is not null)
                _committed.Add(claim);
        }

        await claim.DisposeAsync();
    }

    // Cancelled, or met by the other instance in the middle of a detachment: the next run goes on, and only what the keys say counts.
    private static async Task QuietlyAsync(Task maintenance)
    {
        try
        {
            await maintenance;
        }
        catch (Exception e) when (e is OperationCanceledException or Npgsql.NpgsqlException)
        {
        }
    }
}
