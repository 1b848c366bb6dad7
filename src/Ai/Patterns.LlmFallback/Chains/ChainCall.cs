using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One call: asks model after model until one answers. Not thread-safe; hedged attempts run beside each other, but are judged one by one.</summary>
internal abstract partial class ChainCall<TAnswer>
    where TAnswer : class
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly long _started;
    private readonly long _ends;
    private readonly bool _mayFallBack;
    private readonly int _candidates;
    private readonly ChainModel? _sticky;
    private readonly string? _stickyKey;
    private readonly CallCosts? _costs;
    private List<LlmAttempt>? _attempts;
    private LlmAttempt? _last;
    private AnsweredAttempt<TAnswer>? _refused;
    private Exception? _final;
    private int _asked;
    private int _askedModels;
    private int _repeatedModels;

    protected ChainCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, bool streamed, CancellationToken caller)
    {
        (Chain, Options, Caller) = (chain, options, caller);
        Messages = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        _started = chain.Time.GetTimestamp();
        _ends = _started + chain.Total;
        CallId = CallIds.New(chain.Time.GetUtcNow());
        Needs = CallNeeds.Of(Messages, options, streamed, chain.Options.CountTokens);
        _costs = CallCosts.For(chain.Options, options);
        _stickyKey = StickyModels.KeyOf(options);
        _sticky = _stickyKey is null ? null : chain.Sticky.Find(_stickyKey, Needs.IsBound);
        _mayFallBack = chain.Options.Fallback && CallMarks.AllowsFallback(options);
        _candidates = _mayFallBack ? chain.Models.Length : 1;
        chain.Hedging?.CountCall();
    }

    public Guid CallId { get; }

    /// <summary>How many attempts were made, the running one included.</summary>
    public int Asked => _asked;

    protected Chain Chain { get; }

    protected IReadOnlyList<ChatMessage> Messages { get; set; }

    protected ChatOptions? Options { get; }

    protected CancellationToken Caller { get; }

    protected CallNeeds Needs { get; }

    protected long Ends => _ends;

    /// <summary>Whether the answer that was found is a refusal whose attempt had ended before others were asked.</summary>
    protected bool AnswerIsSettled { get; private set; }

    /// <summary>The span of the whole call; null when nobody listens.</summary>
    protected Activity? Span { get; set; }

    protected bool MayFallBack => _mayFallBack;

    /// <summary>The kind of the last fault.</summary>
    protected LlmFaultKind? LastKind => _last?.Kind;

    protected IReadOnlyList<LlmAttempt> Attempts => _attempts is null ? [] : [.. _attempts];

    /// <summary>Which of the chain's times bounds one attempt before it has answered.</summary>
    protected abstract (long Ticks, TimeLimit Limit) Limit { get; }

    /// <summary>Asks the attempt's model; throws what the provider's client throws.</summary>
    protected abstract ValueTask<TAnswer> AskAsync(Attempt attempt);

    /// <summary>Says in the attempt what is wrong with the answer that came, if anything is.</summary>
    protected abstract void Judge(Attempt attempt, TAnswer answer);

    /// <summary>Gives back what an answer that nobody gets still holds.</summary>
    protected abstract ValueTask DiscardAsync(TAnswer answer);

    protected abstract UsageDetails? UsageOf(TAnswer? answer);

    /// <summary>The first answer that can be given; null when no model gave one, and then <see cref="Failure"/> says why.</summary>
    protected async ValueTask<AnsweredAttempt<TAnswer>?> FindAsync()
    {
        while (MayAskAgain && TryTakeNext(out var model, out var pass))
        {
            var attempt = Begin(model, pass);
            while (true)
            {
                if (Chain.Hedging is not null && _mayFallBack && !Needs.IsBound)
                    attempt = await RaceAsync(attempt).ConfigureAwait(false);
                else
                    await TryAsync(attempt).ConfigureAwait(false);
                if (attempt.Fault is null)
                    return attempt;
                var (step, wait) = Decide(attempt, attempt.Answer is not null);
                if (step == NextStep.Stop && attempt.Answer is not null)
                    return attempt;
                Settle(attempt, UsageOf(attempt.Answer), step);
                if (step == NextStep.Stop)
                {
                    _final = attempt.Exception;
                    return null;
                }

                await KeepOrDiscardAsync(attempt).ConfigureAwait(false);
                if (step == NextStep.NextModel || _costs?.Allows(attempt.Model.Options, Needs) is false)
                    break;
                await WaitAsync(wait).ConfigureAwait(false);
                if (!attempt.Model.Circuit.TryEnter(out pass))
                    break;
                _repeatedModels |= 1 << attempt.Model.Place;
                attempt = Begin(attempt.Model, pass);
            }
        }

        AnswerIsSettled = _refused is not null;
        return _refused;
    }

    /// <summary>What the application's last resort answers; null when it is not to be asked or has nothing either.</summary>
    protected async ValueTask<ChatResponse?> LastResortAsync()
    {
        // It stands in for models that could not answer, not for a request that none would take, and "no fallback" means it too.
        if (Chain.Options.LastResort is not { } lastResort || _final is not null || !_mayFallBack)
            return null;
        var response = await lastResort(Request(), Caller).ConfigureAwait(false);
        if (response is not null)
            (response.AdditionalProperties = CallMarks.Of(null, _asked, CallId, response.AdditionalProperties))[CallMarks.Degraded] = true;
        return response;
    }

    /// <summary>Why no model answered.</summary>
    protected Exception Failure()
    {
        if (_final is OperationCanceledException && Caller.IsCancellationRequested)
            return _final;
        if (_final is null && System.Numerics.BitOperations.PopCount((uint)_askedModels) == 1)
            _final = _last?.Exception;
        return _final ?? new LlmFallbackException(Chain.Name, Attempts);
    }

    // A timer may come a moment early, and the model's circuit is not yet half open then.
    private async ValueTask WaitAsync(TimeSpan wait)
    {
        for (var (from, left) = (Chain.Time.GetTimestamp(), wait); left > TimeSpan.Zero; left = wait - Chain.Time.GetElapsedTime(from))
            await Task.Delay(left > Shortest ? left : Shortest, Chain.Time, Caller).ConfigureAwait(false);
    }

    private bool MayAskAgain => _asked == 0 || (_asked < Chain.Options.MaxAttempts && Chain.Time.GetTimestamp() < _ends);

    private AnsweredAttempt<TAnswer> Begin(ChainModel model, CircuitPass pass)
    {
        var clock = Chain.Clocks.Take();
        try
        {
            var messages = HistoryCrossing.Messages(Messages, model);
            var options = Chain.Crossing.Options(Options, model);
            _asked++;
            if (model.WantsCallId)
                options = CallMarks.Tell(options, CallId, _asked);
            if (_last is { Kind: not LlmFaultKind.Skipped } last && last.Model != model.Name)
                Telemetry.CountFallback(Chain, last, model);
            _askedModels |= 1 << model.Place;
            _costs?.Reserve(model.Options, Needs);
            var now = _asked == 1 ? _started : Chain.Time.GetTimestamp();
            var (ticks, limit) = Limit;
            var deadline = now + ticks;
            clock.Start(now, Math.Min(deadline, _ends), deadline < _ends ? limit : TimeLimit.Total, Caller);
            return new AnsweredAttempt<TAnswer>(model, pass, _asked, now, clock, messages, options);
        }
        catch
        {
            model.Circuit.Released(pass);
            clock.Dispose();
            throw;
        }
    }

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
            attempt.Answer = await asking.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Judge(attempt, exception);
            return;
        }

        JudgeAnswer(attempt);
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
            if (exception is OperationCanceledException)
                attempt.Exception = new OperationCanceledException(exception.Message, exception, Caller);
            return;
        }

        if (attempt.Clock.Fired is not TimeLimit.None and var limit)
        {
            attempt.Fault = new LlmFault(LlmFaultKind.Timeout, CodeOf(limit));
            attempt.Exception = new TimeoutException(Describe(attempt, limit), exception);
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

    private async ValueTask KeepOrDiscardAsync(AnsweredAttempt<TAnswer> attempt)
    {
        if (attempt.Answer is null)
            return;
        await DiscardAsync(attempt.Answer).ConfigureAwait(false);
        if (attempt.Fault!.Kind == LlmFaultKind.ContentFiltered)
            _refused = attempt;
    }
}
