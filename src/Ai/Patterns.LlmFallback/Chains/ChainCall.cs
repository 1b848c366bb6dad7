using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One call: asks model after model until one answers. Not thread-safe; hedged attempts run beside each other, but are judged one by one.</summary>
internal abstract partial class ChainCall<TAnswer>
    where TAnswer : class
{
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
    private bool _isStopped;
    private int _asked;
    private int _askedModels;
    private int _repeatedModels;

    protected ChainCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, bool streamed, CancellationToken caller)
    {
        (Chain, Options, Caller) = (chain, options, caller);
        Told = Messages = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
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

    /// <summary>The caller's.</summary>
    protected IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>What models are asked: the caller's messages, and what was added since.</summary>
    protected IReadOnlyList<ChatMessage> Told { get; set; }

    protected ChatOptions? Options { get; }

    protected CancellationToken Caller { get; }

    protected CallNeeds Needs { get; set; }

    protected long Ends => _ends;

    /// <summary>Whether the answer that was found is a refusal whose attempt had ended before others were asked.</summary>
    protected bool AnswerIsSettled { get; private set; }

    /// <summary>The span of the whole call; null when nobody listens.</summary>
    protected Activity? Span { get; set; }

    protected bool MayFallBack => _mayFallBack;

    protected IReadOnlyList<LlmAttempt> Attempts => _attempts is null ? [] : [.. _attempts];

    /// <summary>Which of the chain's times bounds one attempt before it has answered.</summary>
    protected abstract (long Ticks, TimeLimit Limit) Limit { get; }

    /// <summary>Asks the attempt's model; throws what the provider's client throws.</summary>
    protected abstract ValueTask<TAnswer> AskAsync(Attempt attempt);

    /// <summary>Says in the attempt what is wrong with the answer that came, if anything is.</summary>
    protected abstract void Judge(Attempt attempt, TAnswer answer);

    /// <summary>Gives back what an answer that nobody gets still holds.</summary>
    protected abstract ValueTask DiscardAsync(TAnswer answer);

    protected abstract UsageDetails? UsageOf(TAnswer answer);

    /// <summary>The first answer that can be given; null when no model gave one, and then <see cref="Failure"/> says why.</summary>
    protected async ValueTask<AnsweredAttempt<TAnswer>?> FindAsync()
    {
        // What one model refused earlier is no answer to what another one has begun since.
        _refused = null;
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
                var (step, wait) = Decide(attempt);
                if (step == NextStep.Stop && attempt.IsRefusal)
                    return attempt;
                await SettleAsync(attempt, step).ConfigureAwait(false);
                if (step == NextStep.Stop)
                {
                    (_isStopped, _final) = (true, attempt.Exception);
                    return null;
                }

                if (step == NextStep.NextModel || _costs?.Allows(attempt.Model.Options, Needs) is false)
                    break;
                await Pause.ForAsync(wait, Chain.Time, Caller).ConfigureAwait(false);
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
        if (Chain.Options.LastResort is not { } lastResort || _isStopped || !_mayFallBack)
            return null;
        return await lastResort(Request(), Caller).ConfigureAwait(false) is { } given ? Degraded(given) : null;
    }

    // A copy: a set text may be one object for all calls.
    private ChatResponse Degraded(ChatResponse given)
    {
        var response = new ChatResponse(given.Messages)
        {
            ContinuationToken = given.ContinuationToken,
            ConversationId = given.ConversationId,
            CreatedAt = given.CreatedAt,
            FinishReason = given.FinishReason,
            ModelId = given.ModelId,
            RawRepresentation = given.RawRepresentation,
            ResponseId = given.ResponseId,
            Usage = given.Usage,
            AdditionalProperties = CallMarks.Of(null, _asked, CallId, given.AdditionalProperties),
        };
        response.AdditionalProperties[CallMarks.Degraded] = true;
        return response;
    }

    /// <summary>Why no model answered.</summary>
    protected Exception Failure()
    {
        if (_final is OperationCanceledException && Caller.IsCancellationRequested)
            return _final;
        if (!_isStopped && System.Numerics.BitOperations.PopCount((uint)_askedModels) == 1)
            _final = _last?.Exception;
        return _final ?? new LlmFallbackException(Chain.Name, Attempts);
    }

    private bool MayAskAgain => _asked == 0 || (_asked < Chain.Options.MaxAttempts && Chain.Time.GetTimestamp() < _ends);

    private AnsweredAttempt<TAnswer> Begin(ChainModel model, CircuitPass pass)
    {
        var clock = Chain.Clocks.Take();
        try
        {
            var messages = HistoryCrossing.Messages(Told, model);
            var options = Chain.Crossing.Options(Options, model);
            _asked++;
            if (model.WantsCallId)
                options = CallMarks.Tell(options, CallId, _asked);
            if (_last is { Kind: not LlmFaultKind.Skipped } last && last.Model != model.Name)
                Telemetry.CountFallback(Chain.Name, last, model.Name);
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

    /// <summary>Ends an attempt that failed; the answer that came is given back, and kept in mind when it is a refusal.</summary>
    private async ValueTask SettleAsync(AnsweredAttempt<TAnswer> attempt, NextStep step)
    {
        if (attempt.Answer is not { } answer)
        {
            Settle(attempt, null, step);
            return;
        }

        // Nobody reads on: what the provider still sends is not to be made, nor paid for.
        attempt.Clock.Cancel();
        Settle(attempt, UsageOf(answer), step);
        await DiscardAsync(answer).ConfigureAwait(false);
        if (attempt.IsRefusal)
            _refused = attempt;
    }

    /// <summary>Says in the call's span of what it failed.</summary>
    protected void TellFailure(Exception exception) =>
        Telemetry.Failed(Span, exception, exception is OperationCanceledException && Caller.IsCancellationRequested ? LlmFaultKind.Cancelled : _last?.Kind);
}
