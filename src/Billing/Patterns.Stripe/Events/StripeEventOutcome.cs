namespace Patterns.Stripe;

/// <summary>What <see cref="StripeEvents.Parse"/> found. Answer everything but <see cref="Verified"/> with 400, and do not say why.</summary>
public enum StripeEventOutcome
{
    /// <summary>The header or the genuine payload is not of Stripe's form. The value of a result that nobody made.</summary>
    Malformed = 0,

    /// <summary>Genuine and fresh: the event is there.</summary>
    Verified,

    /// <summary>No <c>v1</c> belongs to this payload, this <c>t</c> and one of the secrets.</summary>
    BadSignature,

    /// <summary>Genuine, but signed longer ago than the tolerance: a delivery that somebody may have kept and sent again.</summary>
    TooOld,
}
