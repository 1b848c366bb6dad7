using System.Runtime.CompilerServices;
using Npgsql;
using Patterns.CreditLedger;

namespace SaasApp;

/// <summary>256 callers spend from one account, through the ledger and by hand in turns of a second. One run at a time; the last one's figures stay.</summary>
internal sealed partial class SpendLoad(ICreditLedger credits, SpendByHand byHand, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SpendLoad> logger)
{
    public const int Callers = 256;
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(5);
    private const long Plenty = 100_000_000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly AccountId Account = new("load");
    private int _running;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The figures of the run at hand, or of the last one; null before the first.</summary>
    public IReadOnlyList<SpendFigures>? Figures { get; private set; }

    /// <summary>What broke the last run; null when nothing did.</summary>
    public string? Failure { get; private set; }

    public bool IsRunning => Volatile.Read(ref _running) == 1;

    /// <returns>Whether a run was begun: false while one is at work.</returns>
    public bool TryStart()
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
            return false;

        Failure = null;
        _ = RunAsync(lifetime.ApplicationStopping);
        return true;
    }

    /// <summary>The figures now and whenever they change, until the run is over.</summary>
    public async IAsyncEnumerable<IReadOnlyList<SpendFigures>> FollowAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var (changed, running) = (Volatile.Read(ref _changed).Task, IsRunning);
            if (Figures is { } figures) yield return figures;
            if (!running) yield break;
            await changed.WaitAsync(ct);
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await credits.GrantAsync(new Grant(Account, $"load {Guid.CreateVersion7():N}", Pools.Free, Plenty), ct);
            var (ours, theirs) = ((await credits.BalanceAsync(Account, ct)).Available, await byHand.FillAsync(Plenty, ct));
            var (ledger, hand) = (new SpendSubject("CreditLedger", "ours", SpendAsync, time), new SpendSubject("by hand", "raw", byHand.SpendAsync, time));
            for (var round = 0; round < Length / Turn; round++)
            {
                // Every second round goes backwards: neither always follows the other.
                foreach (var subject in round % 2 == 0 ? [ledger, hand] : new[] { hand, ledger }) await subject.RunAsync(Callers, Turn, () => Show(ledger.Read(), hand.Read()), ct);
            }

            var (left, leftByHand) = ((await credits.BalanceAsync(Account, ct)).Available, await byHand.BalanceAsync(ct));
            var (spent, spentByHand) = (ledger.Read(), hand.Read());
            Show(spent with { Missing = spent.Answered - (ours - left) }, spentByHand with { Missing = spentByHand.Answered - (theirs - leftByHand) });
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or InvalidOperationException)
        {
            Failure = error is OperationCanceledException ? "stopped" : "failed, see the log";
            if (error is not OperationCanceledException) LogFailed(error);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
            Signal();
        }
    }

    // <shown>
    private async Task SpendAsync(CancellationToken ct)
    {
        var spent = await credits.SpendAsync(new Spend(Account, Key: Guid.CreateVersion7().ToString("N"), Amount: 1), ct);
        if (spent.Outcome != SpendOutcome.Spent)
            throw new InvalidOperationException($"The account is {spent.Outcome}.");
    }
    // </shown>

    private void Show(params SpendFigures[] figures)
    {
        Figures = figures;
        Signal();
    }

    private void Signal() => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    [LoggerMessage(30, LogLevel.Error, "The load has failed")]
    private partial void LogFailed(Exception error);
}
