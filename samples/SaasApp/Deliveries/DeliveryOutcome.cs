using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>What became of a delivery, in the words of the page and of the tables.</summary>
public static class DeliveryOutcome
{
    /// <summary>The event took effect.</summary>
    public const string New = "new";

    /// <summary>The event was stored; it takes effect after the answer.</summary>
    public const string Stored = "stored";

    /// <summary>The event was known: it had taken effect, or was stored.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Another delivery of the event was being worked on at this moment.</summary>
    public const string InFlight = "in flight";

    /// <summary>The event's id had come before with another payload.</summary>
    public const string Mismatch = "mismatch";

    /// <summary>Not genuine, or not fresh.</summary>
    public const string Refused = "refused";

    /// <summary>The application could not do its work; everything was rolled back.</summary>
    public const string Failed = "failed";

    /// <summary>The connection broke before an answer came.</summary>
    public const string NoAnswer = "no answer";

    internal static string Of(WebhookReceipt receipt) => receipt.Outcome switch
    {
        ClaimOutcome.New when receipt.Stored => Stored,
        ClaimOutcome.New => New,
        ClaimOutcome.Duplicate => Duplicate,
        ClaimOutcome.InFlight => InFlight,
        _ => Mismatch,
    };
}
