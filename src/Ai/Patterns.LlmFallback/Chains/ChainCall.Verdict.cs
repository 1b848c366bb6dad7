using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <content>What becomes of an attempt, of its model and of the call.</content>
internal abstract partial class ChainCall<TAnswer>
{
    private (NextStep Step, TimeSpan Wait) Decide(Outcome<TAnswer> outcome)
    {
        var fault = outcome.Fault!;
        if (Needs.IsBound && outcome.Answer is null && !ReceivedNothing(outcome))
            return (NextStep.Stop, default);
        switch (fault.Kind)
        {
            case LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled:
                return (NextStep.Stop, default);
            case LlmFaultKind.ContentFiltered:
                return (Chain.Options.ContentFilter == ContentFilterAction.TryNext ? NextStep.NextModel : NextStep.Stop, default);
            case LlmFaultKind.ContextTooLong:
                _windowAbove = Math.Max(_windowAbove, outcome.Attempt.Model.Options.ContextWindow ?? 0);
                break;
            case LlmFaultKind.RequestTooLarge:
                _bytesAbove = Math.Max(_bytesAbove, outcome.Attempt.Model.Options.MaxRequestBytes ?? 0);
                break;
            default:
                if (WaitBeforeSameModel(outcome, fault) is { } wait && Fits(wait))
                    return (NextStep.SameModel, wait);
                break;
        }

        return (NextStep.NextModel, default);
    }

    /// <summary>Null when the kind, or the provider, forbids to ask the same model again.</summary>
    private TimeSpan? WaitBeforeSameModel(Outcome<TAnswer> outcome, LlmFault fault)
    {
        if (!fault.MayRetry || (_repeatedModels & (1 << outcome.Attempt.Model.Place)) != 0 || fault.Wait > Chain.Options.MaxRateLimitWait)
            return null;
        switch (fault.Kind)
        {
            case LlmFaultKind.RateLimited:
                return fault.Wait;
            case LlmFaultKind.ServerError:
            case LlmFaultKind.Network when ReceivedNothing(outcome):
                var delay = Chain.Options.RetryDelay * (1 + Random.Shared.NextDouble() / 2);
                return fault.Wait > delay ? fault.Wait : delay;
            case LlmFaultKind.BadOutput:
                return TimeSpan.Zero;
            default:
                return null;
        }
    }

    private bool Fits(TimeSpan wait) => _asked < Chain.Options.MaxAttempts && Chain.Time.GetTimestamp() + Chain.Ticks(wait) < _ends;

    /// <summary>Whether it is certain that no byte of an answer came.</summary>
    private static bool ReceivedNothing(Outcome<TAnswer> outcome)
    {
        if (outcome.Attempt.Wire is { Requests: > 0 } wire)
            return !wire.ReceivedAny;
        for (var e = outcome.Exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
                return true;
        }

        return false;
    }

    /// <summary>Ends an attempt that failed: it is told, the model's circuit and the call's costs know of it, and what it held is given back.</summary>
    protected LlmAttempt Settle(Outcome<TAnswer> outcome, NextStep step)
    {
        var (attempt, _, fault, evidence, exception) = outcome;
        var usage = outcome.Answer is null ? null : UsageOf(outcome.Answer);
        var told = new LlmAttempt(
            attempt.Model.Name, fault!.Kind, evidence?.Status ?? attempt.Wire?.Status, fault.Code, fault.RequestId, fault.Wait, Chain.Time.GetElapsedTime(attempt.Started), exception);
        (_attempts ??= []).Add(told);
        _last = told;
        if (CountsAgainstModel(fault.Kind))
            attempt.Model.Circuit.Failed(attempt.Pass, fault);
        else
            attempt.Model.Circuit.Released(attempt.Pass);
        _costs?.Settle(attempt.Model.Options, Needs, usage, MayBeBilled(fault.Kind));
        Telemetry.EndAttempt(Chain, attempt, told, usage, null);
        if (fault.Kind != LlmFaultKind.Cancelled)
            Log.AttemptFailed(Chain.Logger, attempt.Model.Name, Chain.Name, told.Kind, told.Status, told.Code, told.RequestId, step);
        Close(attempt);
        return told;
    }

    /// <summary>Ends an attempt that was answered.</summary>
    protected void Complete(Attempt attempt, UsageDetails? usage, string? responseModel, string? conversation)
    {
        attempt.Model.Circuit.Succeeded(attempt.Pass);
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
            if (Chain.Evidence.ExhaustedUntil(attempt.Model.Provider, wire, Chain.Time.GetUtcNow()) is { } until)
                attempt.Model.Circuit.OpenUntil(until, LlmFaultKind.RateLimited);
            if (wire.Requests > 1 && attempt.Model.ShouldWarnOfRetries())
                Log.SdkRetries(Chain.Logger, attempt.Model.Name, Chain.Name, wire.Requests, SettingOf(attempt.Model.Provider));
        }

        Chain.Clocks.Return(attempt.Clock);
    }

    private static bool CountsAgainstModel(LlmFaultKind kind) => kind is not (LlmFaultKind.ContextTooLong or LlmFaultKind.RequestTooLarge or LlmFaultKind.Unsupported
        or LlmFaultKind.ContentFiltered or LlmFaultKind.BadOutput or LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled);

    // A request that was turned away is not billed; one that broke on the way may be.
    private static bool MayBeBilled(LlmFaultKind kind) => kind is LlmFaultKind.Timeout or LlmFaultKind.Network or LlmFaultKind.ServerError or LlmFaultKind.BadOutput or LlmFaultKind.ContentFiltered
        or LlmFaultKind.Cancelled or LlmFaultKind.Unknown;

    private static string SettingOf(string? provider) => provider?.ToUpperInvariant() switch
    {
        "OPENAI" => "OpenAIClientOptions.RetryPolicy = new ClientRetryPolicy(maxRetries: 0)",
        "AZURE" or "AZURE.AI.OPENAI" or "AZURE.AI.INFERENCE" => "AzureOpenAIClientOptions.RetryPolicy = new ClientRetryPolicy(maxRetries: 0)",
        "ANTHROPIC" => "AnthropicClient.MaxRetries = 0",
        _ => "the SDK's own number of retries to 0",
    };
}
