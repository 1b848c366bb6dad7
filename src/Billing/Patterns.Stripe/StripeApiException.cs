namespace Patterns.Stripe;

/// <summary>Stripe answered with an error, or did not answer. Never carries the API key or what was sent.</summary>
public sealed class StripeApiException : Exception
{
    /// <summary>Makes the exception of an error.</summary>
    /// <param name="kind">What a program decides by.</param>
    /// <param name="error">The whole error.</param>
    /// <param name="idempotencyKey">The key of the write that failed.</param>
    /// <param name="innerException">Why no answer came.</param>
    public StripeApiException(StripeErrorKind kind, StripeError error, string? idempotencyKey = null, Exception? innerException = null)
        : base(Describe(kind, error), innerException)
    {
        Kind = kind;
        Error = error;
        IdempotencyKey = idempotencyKey;
    }

    /// <summary>What a program decides by.</summary>
    public StripeErrorKind Kind { get; }

    /// <summary>The whole error, as Stripe described it.</summary>
    public StripeError Error { get; }

    /// <summary>The idempotency key that every attempt carried; null when the request carried none. After a lost connection, repeating the call with it fetches the answer.</summary>
    public string? IdempotencyKey { get; }

    private static string Describe(StripeErrorKind kind, StripeError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var code = error.DeclineCode ?? error.Code ?? error.Type;
        return $"Stripe: {kind}{(code is null ? "" : $" ({code})")}{(error.Status == 0 ? "" : $", status {error.Status}")}{(error.RequestId is null ? "" : $", request {error.RequestId}")}: {error.Message}";
    }
}
