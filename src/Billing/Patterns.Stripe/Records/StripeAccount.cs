using System.Collections.ObjectModel;

namespace Patterns.Stripe;

/// <summary>An account: your own, or a connected one.</summary>
public sealed record StripeAccount : StripeObject
{
    /// <summary><c>standard</c>, <c>express</c>, <c>custom</c> or <c>none</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Two letters (ISO 3166-1).</summary>
    public string? Country { get; init; }

    /// <summary>Lower-case ISO 4217.</summary>
    public string? DefaultCurrency { get; init; }

    /// <summary>E-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>Whether it can charge.</summary>
    public bool ChargesEnabled { get; init; }

    /// <summary>Whether it can be paid out.</summary>
    public bool PayoutsEnabled { get; init; }

    /// <summary>Whether its details are complete.</summary>
    public bool DetailsSubmitted { get; init; }

    /// <summary>Who is responsible for it.</summary>
    public StripeAccountController? Controller { get; init; }

    /// <summary>The state of each capability, such as <c>transfers</c>: <c>active</c>, <c>inactive</c> or <c>pending</c>.</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What Stripe still wants to know.</summary>
    public StripeAccountRequirements? Requirements { get; init; }

    /// <summary>Its settings.</summary>
    public StripeAccountSettings? Settings { get; init; }

    /// <summary>Whether it was deleted: then only the id is left.</summary>
    public bool Deleted { get; init; }

    /// <summary>When it was connected.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>What you stored with it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = value ?? ReadOnlyDictionary<string, string>.Empty; } = ReadOnlyDictionary<string, string>.Empty;
}
