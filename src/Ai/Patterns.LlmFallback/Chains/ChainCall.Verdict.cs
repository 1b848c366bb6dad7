using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <content>What becomes of an attempt, of its model and of the call.</content>
internal abstract partial class ChainCall<TAnswer>
{
    private (NextStep Step, TimeSpan Wait) Decide(Attempt attempt)
    {
        var fault = attempt.Fault!;
        // A provider that holds the conversation may have it in already.
        if (Needs.IsBound && !ReceivedNothing(attempt))
            return (NextStep.Stop, default);
        switch (fault.Kind)
        {
            case LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled:
                return (NextStep.Stop, default);
            case LlmFaultKind.ContentFiltered:
                return (Chain.Options.ContentFilter == ContentFilterAction.TryNext ? NextStep.NextModel : NextStep.Stop, default);
            case LlmFaultKind.ContextTooLong:
                _windowAbove = Math.Max(_windowAbove, attempt.Model.Options.ContextWindow ?? 0);
                break;
            case LlmFaultKind.RequestTooLarge:
                _bytesAbove = Math.Max(_bytesAbove, attempt.Model.Options.MaxRequestBytes ?? 0);
                break;
            default:
                if (!IsRepeated(attempt.Model) && FaultPolicy.WaitBeforeSameModel(fault, ReceivedNothing(attempt), Chain.Options.MaxRateLimitWait, Chain.Options.RetryDelay) is { } wait && Fits(wait))
                    return (NextStep.SameModel, wait);
                break;
        }

        return (NextStep.NextModel, default);
    }

    private bool Fits(TimeSpan wait) => _asked < Chain.Options.MaxAttempts && Chain.Time.GetTimestamp() + Chain.Ticks(wait) < _ends;

    private bool IsRepeated(ChainModel model) => (_repeatedModels & (1 << model.Place)) != 0;

    private static bool ReceivedNothing(Attempt attempt) => FaultPolicy.ReceivedNothing(attempt.Wire, attempt.Exception);

    /// <summary>Ends an attempt that failed: it is told, the model's circuit and the call's costs know of it, and what it held is given back.</summary>
    protected LlmAttempt Settle(Attempt attempt, UsageDetails? usage, NextStep step)
    {
        var fault = attempt.Fault!;
        var told = new LlmAttempt(
            attempt.Model.Name, fault.Kind, attempt.Evidence?.Status ?? attempt.Wire?.Status, fault.Code, fault.RequestId, fault.Wait, Chain.Time.GetElapsedTime(attempt.Started), attempt.Exception);
        (_attempts ??= []).Add(told);
        _last = told;
        if (FaultPolicy.CountsAgainstModel(fault.Kind))
            attempt.Model.Circuit.Failed(attempt.Pass, fault);
        else
            attempt.Model.Circuit.Released(attempt.Pass);
        _costs?.Settle(attempt.Model.Options, Needs, usage, FaultPolicy.MayBeBilled(fault.Kind, told.Status));
        Telemetry.EndAttempt(Chain, attempt, told, usage, null);
        if (fault.Kind != LlmFaultKind.Cancelled)
            Log.AttemptFailed(Chain.Logger, attempt.Model.Name, Chain.Name, told.Kind, told.Status, told.Code, told.RequestId, step);
        Close(attempt);
        return told;
    }

    /// <summary>Ends an attempt that was answered.</summary>
    protected void Complete(Attempt attempt, UsageDetails? usage, string? responseModel, string? conversation)
    {
        attempt.Model.Circuit.Succeeded(attempt.Pass, attempt.Started);
        _costs?.Settle(attempt.Model.Options, Needs, usage, mayBeBilled: true);
        Chain.Sticky.Answered(_stickyKey, conversation, attempt.Model);
        Telemetry.EndAttempt(Chain, attempt, null, usage, responseModel);
        Close(attempt);
    }

    /// <summary>Ends an attempt without a verdict on its model. What was set aside for it stays so: it may have been billed.</summary>
    protected void Release(Attempt attempt)
    {
        attempt.Model.Circuit.Released(attempt.Pass);
        Telemetry.EndAttempt(Chain, attempt, null, null, null);
        attempt.Clock.Cancel();
        Close(attempt);
    }

    private void Close(Attempt attempt)
    {
        if (attempt.Wire is { } wire)
        {
            if (EvidenceReader.ExhaustedUntil(attempt.Model.Provider, wire, Chain.Time.GetUtcNow()) is { } until)
                attempt.Model.Circuit.OpenUntil(until, LlmFaultKind.RateLimited);
            attempt.Model.RetryWarning.GiveOnce(wire, Chain.Logger, attempt.Model.Name, Chain.Name, attempt.Model.Provider);
        }

        Chain.Clocks.Return(attempt.Clock);
    }
}
