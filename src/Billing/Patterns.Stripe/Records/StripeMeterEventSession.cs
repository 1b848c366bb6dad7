namespace Patterns.Stripe;

/// <summary>A session for meter event streams.</summary>
public sealed record StripeMeterEventSession : StripeObject
{
    /// <summary>Secret that streams authenticate with.</summary>
    public string AuthenticationToken { get; init => field = value ?? ""; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When the token ends: 15 minutes after it was made.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}
