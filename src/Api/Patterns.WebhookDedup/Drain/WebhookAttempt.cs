using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>
/// One attempt of a leased event. Invariant: the handler's work and the state <c>done</c> are in one transaction, which commits only while the lease is ours.
/// </summary>
internal sealed class WebhookAttempt(IPostgres postgres, SourceMap sources, IServiceScopeFactory scopes, WakeSignal wake, TimeProvider time, ILoggerFactory? loggers = null)
{
    // What a handler needs to give up before another one may begin.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly EnterStatement _enter = new(postgres);
    private readonly SettleStatement _settle = new(postgres, sources.CommitWaitsForDisk);
    private readonly ILogger _logger = Log.For(loggers);

    /// <summary>Runs the handler and settles the event. Never throws: what cannot be settled comes back when its lease has run out.</summary>
    public async Task RunAsync(LeasedWebhook leased, HandlerRegistration handler, CancellationToken stop)
    {
        using var span = Telemetry.StartAttempt(leased.Event.Source, leased.Attempt);
        var started = time.GetTimestamp();
        var left = LeaseStatement.Lease - Grace - time.GetElapsedTime(leased.LeasedAt);
        using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        Settlement settlement = default;
        try
        {
            // The transaction itself is not cancelled: a handler that returns in spite of its token has done its work, and the lease decides whether it counts.
            await postgres.RunAsync(
                async (transaction, _) => (settlement = await HandleAsync(transaction, leased, handler, end.Token).ConfigureAwait(false)).KeepsWork,
                new RunOptions { WithCommit = commit => _settle.AddTo(commit, leased, settlement) },
                CancellationToken.None).ConfigureAwait(false);
            Report(leased, settlement, failure: null);
        }
        catch (PostgresException e) when (e.SqlState == SettleStatement.LeaseLost)
        {
            Telemetry.CountAttempt(leased.Event.Source, "lease_lost");
            Log.LeaseLost(_logger, leased.Event.Source, leased.Event.Id, leased.Attempt);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await SettleAsync(leased, Settlement.GivenBack(leased), failure: null).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            await SettleAsync(leased, Settlement.Failed(leased, $"The handler was stopped {Grace.TotalSeconds:0} s before the end of its lease."), e).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await SettleAsync(leased, Settlement.Failed(leased, ErrorText.Of(e)), e).ConfigureAwait(false);
        }

        Telemetry.RecordAttempt(time.GetElapsedTime(started), leased.Event.Source);
    }

    /// <summary>Settles what no handler's transaction settles.</summary>
    public async Task SettleAsync(LeasedWebhook leased, Settlement settlement, Exception? failure)
    {
        try
        {
            await _settle.ExecuteAsync(leased, settlement, CancellationToken.None).ConfigureAwait(false);
            Report(leased, settlement, failure);
        }
        catch (Exception e)
        {
            Log.NotSettled(_logger, e, leased.Event.Source, leased.Event.Id, settlement.Outcome);
        }
    }

    private async ValueTask<Settlement> HandleAsync(NpgsqlTransaction transaction, LeasedWebhook leased, HandlerRegistration registration, CancellationToken ct)
    {
        var isStale = false;
        if (leased.Ordering != WebhookOrdering.None)
        {
            var turn = await _enter.ExecuteAsync(transaction, leased, ct).ConfigureAwait(false);
            if (turn == Turn.NotNow)
                return Settlement.NotNow(leased);

            isStale = turn == Turn.Stale;
            if (isStale && leased.Ordering == WebhookOrdering.LatestWins && !sources.RunsStale(leased.Event))
                return Settlement.Superseded(leased);
        }

        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var (handler, isOurs) = registration.Create(scope.ServiceProvider);
            try
            {
                var work = new WebhookWork { Event = leased.Event, ReceiptId = leased.ReceiptId, Transaction = transaction, Attempt = leased.Attempt, IsStale = isStale, IsRedrive = leased.Redrives > 0 };
                var result = await handler.HandleAsync(work, ct).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"{registration.Type} returned null; a handler returns WebhookResult.Done, Ignored or Defer.");
                return Settlement.Of(leased, result);
            }
            finally
            {
                if (isOurs && handler is IAsyncDisposable asynchronous)
                    await asynchronous.DisposeAsync().ConfigureAwait(false);
                else if (isOurs && handler is IDisposable disposable)
                    disposable.Dispose();
            }
        }
    }

    private void Report(LeasedWebhook leased, Settlement settlement, Exception? failure)
    {
        var (source, id) = (leased.Event.Source, leased.Event.Id);
        Telemetry.CountAttempt(source, settlement.Outcome);
        switch (settlement.Outcome)
        {
            case "dead":
                Log.Died(_logger, failure, source, id, leased.Attempt, settlement.Error!);
                break;
            case "failed":
                Log.AttemptFailed(_logger, failure, source, id, leased.Attempt, settlement.Delay.TotalSeconds);
                break;
        }

        // Whoever stood in line behind this one is due now.
        if (leased.Ordering != WebhookOrdering.None && settlement.Outcome != "waiting")
            wake.Raise();
    }
}
