namespace Patterns.LlmFallback;

/// <summary>What the kinds of faults do, whatever was asked of the model.</summary>
internal static class FaultPolicy
{
    /// <summary>How long to wait before the same model is asked once more; null when the kind, or the provider, forbids it.</summary>
    public static TimeSpan? WaitBeforeSameModel(LlmFault fault, bool receivedNothing, TimeSpan maxRateLimitWait, TimeSpan retryDelay)
    {
        if (!fault.MayRetry || fault.Wait > maxRateLimitWait)
            return null;
        switch (fault.Kind)
        {
            case LlmFaultKind.RateLimited:
                return fault.Wait;
            case LlmFaultKind.ServerError:
            case LlmFaultKind.Network when receivedNothing:
                var delay = retryDelay * (1 + Random.Shared.NextDouble() / 2);
                return fault.Wait > delay ? fault.Wait : delay;
            case LlmFaultKind.BadOutput:
                return TimeSpan.Zero;
            default:
                return null;
        }
    }

    /// <summary>Whether it is certain that no byte of an answer came.</summary>
    public static bool ReceivedNothing(WireRecord? wire, Exception? exception)
    {
        if (wire is { Requests: > 0 })
            return !wire.ReceivedAny;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
                return true;
        }

        return false;
    }

    public static bool CountsAgainstModel(LlmFaultKind kind) => kind is not (LlmFaultKind.ContextTooLong or LlmFaultKind.RequestTooLarge or LlmFaultKind.Unsupported
        or LlmFaultKind.ContentFiltered or LlmFaultKind.BadOutput or LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled);

    /// <summary>A request that was turned away by an error status is not billed, unless its content was looked at; one that broke on the way may be.</summary>
    public static bool MayBeBilled(LlmFaultKind kind, int? status) => kind is LlmFaultKind.ContentFiltered
        || (status is not >= 400 && kind is LlmFaultKind.Timeout or LlmFaultKind.Network or LlmFaultKind.ServerError or LlmFaultKind.BadOutput or LlmFaultKind.Cancelled or LlmFaultKind.Unknown);
}
