namespace Patterns.Stripe;

/// <summary>What went wrong, as far as a program decides by it.</summary>
public enum StripeErrorKind
{
    /// <summary>Any other error of the API, such as a status of 500 and above, or a body that is not JSON.</summary>
    Api,

    /// <summary>402: a charge was declined, or the payment needs the customer.</summary>
    Card,

    /// <summary>429, or 400 with the code <c>rate_limit</c>.</summary>
    RateLimit,

    /// <summary>The idempotency key was used before with other parameters.</summary>
    Idempotency,

    /// <summary>400 or 404: the request is wrong, or what it names does not exist.</summary>
    InvalidRequest,

    /// <summary>401: the key is unknown or was revoked.</summary>
    Authentication,

    /// <summary>403: the key may not do this, or not for this account.</summary>
    Permission,

    /// <summary>The session of a meter event stream has expired: make a new one.</summary>
    SessionExpired,

    /// <summary>An OAuth error, whose <see cref="StripeError.Type"/> is the OAuth code.</summary>
    OAuth,

    /// <summary>No answer came: the connection failed, or every attempt took longer than it may. Whether a write happened is unknown; repeat it with the same key.</summary>
    Connection,
}
