namespace Patterns.LlmFallback;

/// <content>A second model beside one that is slow.</content>
internal abstract partial class ChainCall<TAnswer>
{
    /// <summary>Waits for the attempt's answer; when it is late, starts the next model too. The first answer wins.</summary>
    private async ValueTask<AnsweredAttempt<TAnswer>> RaceAsync(AnsweredAttempt<TAnswer> attempt)
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

        await first.ConfigureAwait(false);
        return attempt;
    }

    private async ValueTask<AnsweredAttempt<TAnswer>> RaceAsync(AnsweredAttempt<TAnswer> attempt, Task first, AnsweredAttempt<TAnswer> rival)
    {
        Telemetry.CountHedge(Chain, attempt.Model, rival.Model);
        var second = TryAsync(rival).AsTask();
        var earlier = await Task.WhenAny(first, second).ConfigureAwait(false);
        var (leader, loser, later) = earlier == first ? (attempt, rival, second) : (rival, attempt, first);
        var won = true;
        try
        {
            await earlier.ConfigureAwait(false);
            won = leader.Fault is null || Decide(leader).Step == NextStep.Stop;
        }
        finally
        {
            if (won)
            {
                (_attempts ??= []).Add(new LlmAttempt(loser.Model.Name, LlmFaultKind.Cancelled, null, "hedge_lost", null, null, Chain.Time.GetElapsedTime(loser.Started), null));
                loser.Clock.Cancel();
                _ = LoseAsync(later, loser);
            }
        }

        if (won)
            return leader;

        await SettleAsync(leader, NextStep.NextModel).ConfigureAwait(false);
        await later.ConfigureAwait(false);
        return loser;
    }

    /// <summary>Ends the attempt that lost. Nobody waits for it: a client that is slow to cancel must not hold up the answer.</summary>
    private async Task LoseAsync(Task running, AnsweredAttempt<TAnswer> attempt)
    {
        try
        {
            await running.ConfigureAwait(false);
            if (attempt.Answer is not null)
                await DiscardAsync(attempt.Answer).ConfigureAwait(false);
            Release(attempt);
        }
        catch (Exception exception)
        {
            Log.LeftFailed(Chain.Logger, attempt.Model.Name, Chain.Name, exception.GetType().Name);
        }
    }
}
