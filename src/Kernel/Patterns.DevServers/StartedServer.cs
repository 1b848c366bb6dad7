namespace Patterns.DevServers;

/// <summary>A server that this process started, and may kill, stop, pause and start again.</summary>
internal abstract class StartedServer(string name, TimeSpan startTimeout, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private readonly SemaphoreSlim _gate = new(1);
    private WatchedProcess? _process;

    protected enum ServerSignal
    {
        Fast,
        Immediate,
        Kill,
        Pause,
        Resume,
    }

    protected TimeProvider Time => time;

    /// <summary>The process that runs, or ran last.</summary>
    protected WatchedProcess Process => _process ?? throw new InvalidOperationException($"{name} was not started.");

    /// <summary>Whether the server runs, as far as this process knows.</summary>
    public bool Runs => _process is { Ended.IsCompleted: false };

    /// <summary>What the server wrote last.</summary>
    public LogTail? Log => _process?.Log;

    /// <summary>Starts the server and waits until it answers. When that fails, everything of this start is gone again.</summary>
    public Task StartAsync(CancellationToken ct) => LaunchAsync(again: false, ct);

    public Task KillAsync() => EndAsync(ServerSignal.Kill);

    public Task StopAsync(StopMode mode) => EndAsync(mode == StopMode.Fast ? ServerSignal.Fast : ServerSignal.Immediate);

    public async Task RestartAsync(CancellationToken ct)
    {
        await StopAsync(StopMode.Fast).ConfigureAwait(false);
        await LaunchAsync(again: true, ct).ConfigureAwait(false);
    }

    public Task PauseAsync() => GatedAsync(() => SignalAsync(ServerSignal.Pause));

    public Task ResumeAsync() => GatedAsync(() => SignalAsync(ServerSignal.Resume));

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        await StopAsync(StopMode.Immediate).ConfigureAwait(false); // nothing of it is kept
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
        Close();
    }

    /// <summary>Starts the process: for the first time, or on the data that is there.</summary>
    protected abstract Task<WatchedProcess> StartProcessAsync(bool again, CancellationToken ct);

    /// <summary>Whether the server takes requests now.</summary>
    protected abstract ValueTask<bool> AnswersAsync(CancellationToken ct);

    protected abstract Task SignalAsync(ServerSignal signal);

    /// <summary>Gives back what the server held in this process; its directory is gone.</summary>
    protected abstract void Close();

    private async Task EndAsync(ServerSignal signal)
    {
        await GatedAsync(async () =>
        {
            if (!Runs) return;
            if (signal != ServerSignal.Kill) await SignalAsync(ServerSignal.Resume).ConfigureAwait(false);
            await SignalAsync(signal).ConfigureAwait(false);
            await Process.Ended.ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task LaunchAsync(bool again, CancellationToken ct)
    {
        await GatedAsync(async () =>
        {
            var previous = _process;
            _process = await StartProcessAsync(again, ct).ConfigureAwait(false);
            // The new watcher is there before the old one goes, so that there is always one.
            if (previous is not null) await previous.ReleaseAsync().ConfigureAwait(false);
            await WaitUntilItAnswersAsync(ct).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task WaitUntilItAnswersAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(startTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        using var poll = new PeriodicTimer(PollInterval, time);
        try
        {
            while (!await AnswersAsync(both.Token).ConfigureAwait(false))
            {
                if (!Runs) throw new ServerStartException($"{name} ended while it was starting. The last lines of its log:\n{Log}");
                await poll.WaitForNextTickAsync(both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw new ServerStartException($"{name} did not answer within {startTimeout.TotalSeconds:0} s (option StartTimeout). The last lines of its log:\n{Log}", error);
        }
    }

    private async Task GatedAsync(Func<Task> work)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
