namespace Patterns.LlmFallback;

/// <content>One attempt: how it is made, and what its end means.</content>
internal abstract partial class ChainCall<TAnswer>
{
    /// <summary>Makes the attempt; how it ended is in it. Throws only what the application's own judgement throws.</summary>
    private ValueTask TryAsync(AnsweredAttempt<TAnswer> attempt)
    {
        if (attempt.Wire is not null)
            WireRecord.Current = attempt.Wire;
        attempt.Span = Telemetry.StartAttempt(attempt, Span);
        try
        {
            var asking = AskAsync(attempt);
            if (!asking.IsCompletedSuccessfully)
                return AwaitAsync(attempt, asking);
#pragma warning disable RS0030 // It is there already, and awaiting it would cost every healthy call a state machine.
            attempt.Answer = asking.Result;
#pragma warning restore RS0030
        }
        catch (Exception exception)
        {
            Judge(attempt, exception);
            return default;
        }

        JudgeAnswer(attempt);
        return default;
    }

    private async ValueTask AwaitAsync(AnsweredAttempt<TAnswer> attempt, ValueTask<TAnswer> asking)
    {
        try
        {
            var answering = asking.AsTask();
            if (await Task.WhenAny(answering, attempt.Clock.Overdue).ConfigureAwait(false) != answering)
            {
                Log.TokenIgnored(Chain.Logger, attempt.Model.Name, Chain.Name);
                _ = LeaveAsync(answering, attempt.Model);
                throw new OperationCanceledException();
            }

            attempt.Answer = await answering.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Judge(attempt, exception);
            return;
        }

        JudgeAnswer(attempt);
    }

    /// <summary>Gives back what a client that did not heed its token answers after all. Nobody waits for it.</summary>
    private async Task LeaveAsync(Task<TAnswer> answering, ChainModel model)
    {
        try
        {
            await DiscardAsync(await answering.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.LeftFailed(Chain.Logger, model.Name, Chain.Name, exception.GetType().Name);
        }
    }

    private void JudgeAnswer(AnsweredAttempt<TAnswer> attempt)
    {
        try
        {
            Judge(attempt, attempt.Answer!);
        }
        catch
        {
            // The application's own judgement threw: that is the call's failure, and no verdict on the model.
            Release(attempt);
            throw;
        }
    }

    /// <summary>Says in the attempt what its exception means.</summary>
    protected void Judge(Attempt attempt, Exception exception)
    {
        attempt.Exception = exception;
        if (Caller.IsCancellationRequested)
        {
            attempt.Fault = new LlmFault(LlmFaultKind.Cancelled);
            attempt.Exception = new OperationCanceledException("The call was cancelled.", exception, Caller);
            return;
        }

        if (attempt.Clock.Fired is not TimeLimit.None and var limit)
        {
            attempt.Exception = new TimeoutException(Describe(attempt, limit), exception);

            // An error whose body did not end in time is known by its status.
            attempt.Evidence = attempt.Wire is { Status: >= 400 } wire ? Chain.Evidence.Read(attempt.Model.Provider, wire, attempt.Exception) : null;
            attempt.Fault = attempt.Evidence is { } evidence ? Chain.Faults.Classify(evidence) : new LlmFault(LlmFaultKind.Timeout, CodeOf(limit));
            return;
        }

        attempt.Evidence = Chain.Evidence.Read(attempt.Model.Provider, attempt.Wire, exception);
        attempt.Fault = Chain.Faults.Classify(attempt.Evidence);
        if (attempt.Fault.Kind == LlmFaultKind.Unknown && exception is OperationCanceledException or TimeoutException)
            attempt.Fault = attempt.Fault with { Kind = LlmFaultKind.Timeout };
    }

    private string Describe(Attempt attempt, TimeLimit limit) => limit switch
    {
        TimeLimit.FirstToken => $"Model '{attempt.Model.Name}' of chain '{Chain.Name}' gave no content within {Chain.Options.FirstTokenTimeout.TotalSeconds:0.###} s (FirstTokenTimeout).",
        TimeLimit.Idle => $"Model '{attempt.Model.Name}' of chain '{Chain.Name}' gave no further update within {Chain.Options.IdleTimeout.TotalSeconds:0.###} s (IdleTimeout).",
        TimeLimit.Attempt => $"Model '{attempt.Model.Name}' of chain '{Chain.Name}' did not answer within {Chain.Options.AttemptTimeout.TotalSeconds:0.###} s (AttemptTimeout).",
        _ => $"The call of chain '{Chain.Name}' took longer than {Chain.Options.TotalTimeout.TotalSeconds:0.###} s (TotalTimeout), when model '{attempt.Model.Name}' was asked.",
    };

    private static string CodeOf(TimeLimit limit) => limit switch
    {
        TimeLimit.FirstToken => "first_token_timeout",
        TimeLimit.Idle => "idle_timeout",
        TimeLimit.Attempt => "attempt_timeout",
        _ => "total_timeout",
    };
}
