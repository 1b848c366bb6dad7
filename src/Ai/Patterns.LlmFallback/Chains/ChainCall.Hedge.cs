namespace Patterns.LlmFallback;

/// <content>A second model beside one that is slow.</content>
internal abstract partial class ChainCall<TAnswer>
{
    /// <summary>Waits for the attempt's answer; when it is late, starts the next model too. The first answer wins.</summary>
    private async ValueTask<Outcome<TAnswer>> RaceAsync(Attempt attempt)
    {
        var first = TryAsync(attempt).AsTask();
        if (!first.IsCompleted)
        {
            using var answered = CancellationTokenSource.CreateLinkedTokenSource(Caller);
            var late = Task.Delay(Chain.Options.HedgeAfter!.Value, Chain.Time, answered.Token);
            await Task.WhenAny(first, late).ConfigureAwait(false);
            var isLate = late.IsCompletedSuccessfully;
            await answered.CancelAsync().ConfigureAwait(false);
            if (!first.IsCompleted && isLate && MayAskAgain && _position < _candidates && Chain.Hedging!.TryTake())
            {
                // What the search for a second model throws (the application's OnlyWhen) must not leave the first behind.
                try
                {
                    if (TryTakeNext(out var model, out var pass))
                        return await RaceAsync(attempt, first, Begin(model, pass)).ConfigureAwait(false);
                }
                catch
                {
                    attempt.Clock.Cancel();
                    _ = LoseAsync(first, attempt);
                    throw;
                }
            }
        }

        return await first.ConfigureAwait(false);
    }

    private async ValueTask<Outcome<TAnswer>> RaceAsync(Attempt attempt, Task<Outcome<TAnswer>> first, Attempt rival)
    {
        Telemetry.CountHedge(Chain, attempt.Model, rival.Model);
        var second = TryAsync(rival).AsTask();
        var earlier = await Task.WhenAny(first, second).ConfigureAwait(false);
        var (later, laterAttempt) = earlier == first ? (second, rival) : (first, attempt);
        var won = true;
        Outcome<TAnswer> outcome;
        try
        {
            outcome = await earlier.ConfigureAwait(false);
            won = outcome.Fault is null || Decide(outcome).Step == NextStep.Stop;
        }
        finally
        {
            if (won)
            {
                laterAttempt.Clock.Cancel();
                _ = LoseAsync(later, laterAttempt);
            }
        }

        if (won)
            return outcome;

        Settle(outcome, NextStep.NextModel);
        if (outcome.Answer is not null)
            await KeepOrDiscardAsync(outcome).ConfigureAwait(false);
        return await later.ConfigureAwait(false);
    }

    /// <summary>Ends the attempt that lost. Nobody waits for it: a client that is slow to cancel must not hold up the answer.</summary>
    private async Task LoseAsync(Task<Outcome<TAnswer>> running, Attempt attempt)
    {
        try
        {
            var outcome = await running.ConfigureAwait(false);
            if (outcome.Answer is not null)
                await DiscardAsync(outcome.Answer).ConfigureAwait(false);
            Release(attempt);
        }
        catch (Exception exception)
        {
            Log.LoserFailed(Chain.Logger, attempt.Model.Name, Chain.Name, exception.GetType().Name);
        }
    }
}
