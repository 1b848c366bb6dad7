using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>
/// The accounts whose row a batch could not have. The operations of each wait in the process, on one connection for the account, and are carried out together when the row is
/// free: a hundred callers of a locked account pin one connection, not a hundred. Who comes meanwhile queues behind them.
/// </summary>
internal sealed class BusyAccounts(IPostgres postgres, IOptions<CreditLedgerOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BusyAccount> _accounts = new(StringComparer.Ordinal);
    private volatile int _count;

    public LedgerStatement Statement { get; } = new(postgres, options, waits: true);

    /// <summary>The queue of the request's account, if it has one.</summary>
    public BusyAccount? Joins(LedgerRequest request)
    {
        if (_count == 0)
            return null;
        lock (_gate)
            return _accounts.TryGetValue(request.LockKey, out var account) ? account.Enter() : null;
    }

    /// <summary>The queue of the request's account.</summary>
    public BusyAccount Join(LedgerRequest request)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(request.LockKey, out var account))
            {
                account = new(this, request.LockKey, new(postgres, Statement, BusyAccount.Options(time)));
                _accounts.Add(request.LockKey, account);
                _count = _accounts.Count;
            }

            return account.Enter();
        }
    }

    /// <summary>Whether that was the last one, with whom the queue ends.</summary>
    public bool Leave(BusyAccount account, string lockKey)
    {
        lock (_gate)
        {
            if (!account.Exit())
                return false;
            _accounts.Remove(lockKey);
            _count = _accounts.Count;
            return true;
        }
    }
}
