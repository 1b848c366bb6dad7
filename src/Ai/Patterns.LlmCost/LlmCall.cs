using System.Security.Cryptography;
using System.Text;

namespace Patterns.LlmCost;

/// <summary>One attempt of one call at one model: what is booked.</summary>
/// <param name="TenantId">The customer: 1 to 200 characters without control characters.</param>
/// <param name="CallId">The call's id, a UUIDv7, the same over all its attempts. With tenant and attempt it is the row's key. Its time is at most <see cref="LlmCostOptions.Retention"/> ago and a day ahead.</param>
/// <param name="Provider">The provider: 1 to 100 characters, such as <c>openai</c> or <c>anthropic</c>; compared in lower case.</param>
/// <param name="Model">The model as the provider names it: 1 to 200 characters.</param>
/// <param name="Usage">What it used.</param>
public sealed record LlmCall(string TenantId, Guid CallId, string Provider, string Model, LlmUsage Usage)
{
    /// <summary>The attempt within the call, from 1. Default 1; at most 32,767.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>A row is replaced by one of a higher revision only. Default 0.</summary>
    public int Revision { get; init; }

    /// <summary>How well <see cref="Usage"/> is known.</summary>
    public LlmCallState State { get; init; } = LlmCallState.Settled;

    /// <summary>The price tier: <c>standard</c> (default), <c>batch</c>, <c>flex</c> or <c>priority</c>.</summary>
    public string Tier { get; init; } = "standard";

    /// <summary>The region whose prices apply; empty (default) for the provider's general ones. At most 50 characters.</summary>
    public string Region { get; init; } = "";

    /// <summary>The feature of the product that caused the call; empty when unknown. At most 100 characters.</summary>
    public string Feature { get; init; } = "";

    /// <summary>The user who caused the call; null when unknown. At most 200 characters.</summary>
    public string? UserId { get; init; }

    /// <summary>The run (of an agent, a job) that the call belongs to.</summary>
    public Guid? RunId { get; init; }

    /// <summary>When the call began. It chooses the price and the day. Null takes the time within <see cref="CallId"/>, from which it is at most 31 days.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The provider's id of the response; null when it gave none. At most 200 characters.</summary>
    public string? ResponseId { get; init; }

    /// <summary>Whether the provider's counts contradict each other: the row is kept and marked.</summary>
    public bool Suspect { get; init; }

    /// <summary>
    /// The id of a call that is known by an id of its provider's only, such as a result of a batch: a UUIDv7 made from a time and a hash (SHA-256), so that reading the same result again gives the same id.
    /// </summary>
    /// <param name="at">The result's own time, which must be the same whenever it is read; it is rounded down to a millisecond.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="id">What the provider calls the result, unique within the provider.</param>
    /// <exception cref="ArgumentException">A text is empty.</exception>
    public static Guid IdOf(DateTimeOffset at, string provider, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(provider);
        ArgumentException.ThrowIfNullOrEmpty(id);
        return CallTime.IdAt(at, SHA256.HashData(Encoding.UTF8.GetBytes($"{provider.ToLowerInvariant()}\n{id}")));
    }
}
