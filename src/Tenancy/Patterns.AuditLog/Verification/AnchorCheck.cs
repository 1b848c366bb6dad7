namespace Patterns.AuditLog;

/// <summary>Compares the runs with the heads that anchors keep, both in the order of their numbers.</summary>
internal sealed class AnchorCheck(IReadOnlyList<IAsyncEnumerator<RunHead>> anchors, Findings findings) : IAsyncDisposable
{
    private readonly bool[] _begun = new bool[anchors.Count];
    private readonly bool[] _ended = new bool[anchors.Count];

    /// <summary>Compares a run with what is kept of it.</summary>
    public async ValueTask NextAsync(RunHead run)
    {
        for (var i = 0; i < anchors.Count; i++)
        {
            await BeginAsync(i).ConfigureAwait(false);
            for (; !_ended[i] && anchors[i].Current.RunNo <= run.RunNo; _ended[i] = !await anchors[i].MoveNextAsync().ConfigureAwait(false))
            {
                var kept = anchors[i].Current;
                if (kept.RunNo < run.RunNo)
                    Add(kept, $"An anchor keeps the head of run {kept.RunNo}, which the log does not have.");
                else if (!kept.Hash().AsSpan().SequenceEqual(run.Hash()))
                    Add(kept, "An anchor keeps another head for this run: the log was rewritten from here or before.");
            }
        }
    }

    /// <summary>Reports the heads of runs after the last one.</summary>
    public async ValueTask FinishAsync(long lastRun)
    {
        for (var i = 0; i < anchors.Count; i++)
        {
            await BeginAsync(i).ConfigureAwait(false);
            for (; !_ended[i]; _ended[i] = !await anchors[i].MoveNextAsync().ConfigureAwait(false))
                Add(anchors[i].Current, $"An anchor keeps the head of run {anchors[i].Current.RunNo}; the log ends with run {lastRun}.");
        }
    }

    /// <summary>Passes over the heads of runs that are not looked at.</summary>
    public async ValueTask SkipToAsync(long firstRun)
    {
        for (var i = 0; i < anchors.Count; i++)
        {
            await BeginAsync(i).ConfigureAwait(false);
            while (!_ended[i] && anchors[i].Current.RunNo < firstRun)
                _ended[i] = !await anchors[i].MoveNextAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var anchor in anchors)
            await anchor.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask BeginAsync(int index)
    {
        if (_begun[index])
            return;
        _begun[index] = true;
        _ended[index] = !await anchors[index].MoveNextAsync().ConfigureAwait(false);
    }

    private void Add(RunHead kept, string detail) => findings.Add(new VerifyFinding(FindingKind.AnchorMismatch, detail) { RunNo = kept.RunNo });
}
