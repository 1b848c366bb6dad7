namespace Patterns.DevServers;

/// <summary>A server that this process started, and may kill, stop, pause and start again.</summary>
internal abstract class StartedServer(string name, OwnedDirectory directory, OwnedDirectory? other, ServerOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private readonly SemaphoreSlim _gate = new(1);
    private WatchedProcess? _process;
    private bool _paused;

    protected enum ServerSignal
    {
        Fast,
        Immediate,
        Kill,
        Pause,
        Resume,
    }

    /// <summary>Whether the server runs, as far as this process knows.</summary>
    public bool Runs => _process is { Ended.IsCompleted: false };

    /// <summary>Whether the server's script ran at all: its user could enter its directory.</summary>
    public bool Began => Process.Id != 0;

    /// <summary>What the server wrote last.</summary>
    public LogTail? Log => _process?.Log;

    protected OwnedDirectory Directory => directory;

    protected OwnedDirectory? Other => other;

    protected ServerOptions Options => options;

    /// <summary>The process that runs, or ran last.</summary>
    protected WatchedProcess Process => _process ?? throw new ObjectDisposedException(name);

    /// <summary>Starts the server and waits until it answers.</summary>
    public Task StartAsync(CancellationToken ct) => GatedAsync(() => LaunchAsync(again: false, ct), ct);

    public Task KillAsync() => GatedAsync(() => EndAsync(ServerSignal.Kill), CancellationToken.None);

    public Task StopAsync(StopMode mode) => GatedAsync(() => EndAsync(mode == StopMode.Fast ? ServerSignal.Fast : ServerSignal.Immediate), CancellationToken.None);

    public Task RestartAsync(CancellationToken ct) => GatedAsync(
        async () =>
        {
            await EndAsync(ServerSignal.Fast).ConfigureAwait(false);
            await LaunchAsync(again: true, ct).ConfigureAwait(false);
        },
        ct);

    public Task PauseAsync() => GatedAsync(() => PauseAsync(ServerSignal.Pause), CancellationToken.None);

    public Task ResumeAsync() => GatedAsync(() => PauseAsync(ServerSignal.Resume), CancellationToken.None);

    /// <summary>Ends a server that did not start, and leaves its directory where it is.</summary>
    public Task KeepAsync() => GatedAsync(
        async () =>
        {
            await EndAsync(ServerSignal.Kill).ConfigureAwait(false);
            directory.Keep();
            await Process.ReleaseAsync().ConfigureAwait(false);
            Close();
        },
        CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await GatedAsync(
            async () =>
            {
                if (_process is not null)
                {
                    await EndAsync(ServerSignal.Immediate).ConfigureAwait(false); // nothing of it is kept
                    await _process.DisposeAsync().ConfigureAwait(false);
                }
                else if (!directory.IsClosed)
                {
                    OwnedDirectory.Remove(directory.FullPath); // the process could not be started
                    if (other is not null) OwnedDirectory.Remove(other.FullPath);
                }
                Close();
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Starts the process: for the first time, or on the data that is there.</summary>
    protected abstract Task<WatchedProcess> StartProcessAsync(bool again);

    /// <summary>Whether the server takes requests now.</summary>
    protected abstract ValueTask<bool> AnswersAsync(CancellationToken ct);

    protected abstract Task SignalAsync(ServerSignal signal);

    private async Task EndAsync(ServerSignal signal)
    {
        if (!Runs) return;
        if (_paused && signal != ServerSignal.Kill) await PauseAsync(ServerSignal.Resume).ConfigureAwait(false);
        await SignalAsync(signal).ConfigureAwait(false);
        await Process.Ended.ConfigureAwait(false);
        _paused = false;
    }

    private async Task PauseAsync(ServerSignal signal)
    {
        if (!Runs) throw new InvalidOperationException($"{name} does not run: it was stopped or killed.");
        var pause = signal == ServerSignal.Pause;
        if (_paused != pause) await SignalAsync(signal).ConfigureAwait(false);
        _paused = pause;
    }

    private async Task LaunchAsync(bool again, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(again && _process is null, this);
        var previous = _process;
        _process = await StartProcessAsync(again).ConfigureAwait(false);
        // The new watcher is there before the old one goes, so that there is always one.
        if (previous is not null) await previous.ReleaseAsync().ConfigureAwait(false);
        await WaitUntilItAnswersAsync(ct).ConfigureAwait(false);
    }

    private async Task WaitUntilItAnswersAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(options.StartTimeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        using var poll = new PeriodicTimer(PollInterval, options.TimeProvider);
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
            throw new ServerStartException(
                $"{name} did not answer within {options.StartTimeout.TotalSeconds:0.###} s (option StartTimeout). The last lines of its log:\n{Log}", error);
        }
    }

    private void Close()
    {
        _process = null;
        directory.Dispose();
        other?.Dispose();
    }

    private async Task GatedAsync(Func<Task> work, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
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
