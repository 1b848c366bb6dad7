using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Those who wait for one account's row. Lives from the first to the last of them.</summary>
internal sealed class BusyAccount(BusyAccounts accounts, string lockKey, GroupCommit<LedgerRequest, LedgerAnswer> queue)
{
    private int _inside;

    /// <summary>One statement at a time, which waits for the row as long as a statement may take.</summary>
    public static GroupOptions<LedgerRequest> Options(TimeProvider time)
    {
        var options = new GroupOptions<LedgerRequest> { Lanes = 1, Time = time };
        options.BatchLockTimeout = options.CommandTimeout - TimeSpan.FromSeconds(1);
        return options;
    }

    /// <summary>Called in the gate of the accounts, as is <see cref="Exit"/>.</summary>
    public BusyAccount Enter()
    {
        _inside++;
        return this;
    }

    public bool Exit() => --_inside == 0;

    public async ValueTask<LedgerAnswer> RunAsync(LedgerRequest request, CancellationToken ct)
    {
        try
        {
            return await queue.RunAsync(request, ct).ConfigureAwait(false);
        }
        finally
        {
            if (accounts.Leave(this, lockKey))
                queue.Dispose();
        }
    }
}
