using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Verifies the ledger again and again, each time in a snapshot of its own, while others write.</summary>
internal sealed class InvariantReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _looked = new();
    private readonly List<LedgerBreak> _breaks = [];
    private readonly Task _reading;

    private InvariantReader(ICreditLedgerAudit audit) => _reading = Task.Run(() => ReadAsync(audit));

    /// <summary>How many snapshots were verified.</summary>
    public int Snapshots { get; private set; }

    /// <summary>Returns when the first snapshot was verified.</summary>
    public static async Task<InvariantReader> StartAsync(ICreditLedgerAudit audit)
    {
        var reader = new InvariantReader(audit);
        await Task.WhenAny(reader._looked.Task, reader._reading);
        return reader;
    }

    /// <summary>Ends after a last snapshot, which holds everything that is committed now.</summary>
    /// <returns>What was broken in any of them.</returns>
    public async Task<IReadOnlyList<LedgerBreak>> StopAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        return _breaks;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task ReadAsync(ICreditLedgerAudit audit)
    {
        for (var last = false; !last && _breaks.Count == 0; Snapshots++)
        {
            last = _stop.IsCancellationRequested;
            await foreach (var found in audit.VerifyAsync())
                _breaks.Add(found);
            _looked.TrySetResult();
        }
    }
}
