namespace Patterns.Stripe;

/// <summary>An error as Stripe describes it. Null where Stripe said nothing. Source: https://docs.stripe.com/api/errors</summary>
public sealed record StripeError
{
    /// <summary>The HTTP status; 0 when no answer came.</summary>
    public int Status { get; init; }

    /// <summary>The id of the request at Stripe, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>The type, such as <c>card_error</c>, or the OAuth code.</summary>
    public string? Type { get; init; }

    /// <summary>The code, such as <c>card_declined</c>.</summary>
    public string? Code { get; init; }

    /// <summary>Why the issuer declined, such as <c>insufficient_funds</c>.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>What Stripe advises after a decline, such as <c>do_not_try_again</c>.</summary>
    public string? AdviceCode { get; init; }

    /// <summary>What the card network advises.</summary>
    public string? NetworkAdviceCode { get; init; }

    /// <summary>The decline code of the card network.</summary>
    public string? NetworkDeclineCode { get; init; }

    /// <summary>The parameter that is wrong.</summary>
    public string? Param { get; init; }

    /// <summary>What happened, for developers. Of a body that was not JSON: at most its first 1,024 bytes.</summary>
    public string? Message { get; init; }

    /// <summary>The page that explains the code.</summary>
    public string? DocUrl { get; init; }

    /// <summary>The charge that failed.</summary>
    public string? Charge { get; init; }

    /// <summary>The payment intent that failed.</summary>
    public string? PaymentIntentId { get; init; }
}
