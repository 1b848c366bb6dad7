namespace Patterns.LlmCost;

/// <summary>How the queue ends.</summary>
internal sealed partial class CallQueue
{
    /// <summary>Books what waits. What cannot be booked before the token is cancelled, or at all, is left in the spill for the next start. Calls that come later are booked while their callers wait.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStopped = true;
            return _stopped ??= Task.Run(() => StopOnceAsync(cancellationToken), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => new(StopAsync(CancellationToken.None));

    public void Dispose() => _ = StopAsync(CancellationToken.None);

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _wake.Writer.TryWrite(true);
        await (_running ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>What is in memory goes to the disk. It may be booked all the same, if it was on its way; the next start then changes nothing.</summary>
    private async Task LeaveAsync()
    {
        List<LlmCall> rest;
        long left;
        lock (_gate)
        {
            _abandoned = true;
            rest = [.. _inHand, .. _memory];
            _memory.Clear();
            _inHand = [];
            left = _accepted - _done;
            _flushes.ForEach(static flush => flush.Done.SetException(StoppedBeforeBooking()));
            _flushes.Clear();
        }

        Telemetry.CountQueued(-rest.Count);
        try
        {
            if (rest.Count > 0)
                await (_spill ??= OpenSpill()).KeepAsync(rest).ConfigureAwait(false);
            if (left > 0)
                Log.LeftInSpill(_logger, (int)left);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Lost(_logger, rest.Count, e);
        }

        if (_spill is not null)
            await _spill.CloseAsync().ConfigureAwait(false);
    }

    private static InvalidOperationException StoppedBeforeBooking() => new("The application stopped before all queued calls were booked. They are in the spill file, and the next start books them.");

    private void OpenSpillAtStart(bool demand)
    {
        try
        {
            if (_always || SpillLane.HasLeftovers(SpillLane.Root(options, postgres)))
                _spill = OpenSpill();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_always && demand)
                throw new InvalidOperationException($"LlmCostOptions.Durability is Spill, and the folder {SpillLane.Root(options, postgres)} cannot be written ({e.Message}). Set LlmCostOptions.SpillFolder to one on a disk that outlives the process.", e);
            Log.SpillFailed(_logger, e);
        }
    }

    private CallSpill OpenSpill() => new(SpillLane.Open(SpillLane.Root(options, postgres)), flush: _always, options.Value.MaxSpillBytes, () => _wake.Writer.TryWrite(true), _logger);
}
