namespace Patterns.WebhookSecurity;

/// <summary>What verification found. Every outcome but <see cref="Valid"/> means that the handler must not see the request.</summary>
public enum WebhookOutcome
{
    /// <summary>An active key signed these very bytes, and the signed timestamp (where the scheme has one) is fresh.</summary>
    Valid,

    /// <summary>The signature header is absent or empty. Answered with 400.</summary>
    MissingSignature,

    /// <summary>The signature header, the id or the timestamp is not of the scheme's form, or is over a limit. Answered with 400.</summary>
    Malformed,

    /// <summary>No signature in the request was made by an active key over this content. Answered with 400.</summary>
    BadSignature,

    /// <summary>Genuine, but signed longer ago than <see cref="WebhookSecurityOptions.MaxAge"/>. Answered with 400.</summary>
    TooOld,

    /// <summary>Genuine, but signed further ahead than <see cref="WebhookSecurityOptions.MaxSkew"/>. Answered with 400.</summary>
    FromFuture,

    /// <summary>The body is larger than the source takes. Answered with 413, without reading on.</summary>
    BodyTooLarge,

    /// <summary>The key source failed and no earlier answer is young enough to stand in. Answered with 503, so that the provider tries again.</summary>
    KeysUnavailable,
}
