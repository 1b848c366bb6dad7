using LoopbackModels;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>One fault as a provider puts it on the wire, and what it means.</summary>
/// <param name="Name">What the provider says.</param>
/// <param name="Api">The provider.</param>
/// <param name="Reply">The response.</param>
/// <param name="Kind">What it means.</param>
internal sealed record Evidence(string Name, ModelApi Api, ModelReply Reply, LlmFaultKind Kind)
{
    /// <summary>The wait that the provider states, by a header or in the body.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>When the provider says that the limit is gone.</summary>
    public DateTimeOffset? Reset { get; init; }

    /// <summary>Whether the provider forbids to ask again.</summary>
    public bool ForbidsRetry { get; init; }

    /// <summary>Whether a byte of a response came, where the kind asks.</summary>
    public bool Received { get; init; } = true;

    /// <summary>Whether the body says it all, so that it means the same as an event within a stream that began with 200.</summary>
    public bool InStream { get; init; }

    /// <summary>Whether the same model is asked once more: what the table of kinds says.</summary>
    public bool AskedAgain => !ForbidsRetry && Kind switch
    {
        LlmFaultKind.RateLimited => Wait <= TimeSpan.FromSeconds(2),
        LlmFaultKind.ServerError or LlmFaultKind.BadOutput => true,
        LlmFaultKind.Network => !Received,
        _ => false,
    };

    /// <summary>Whether the next model is asked; it has a larger window here, and takes larger requests.</summary>
    public bool NextAsked => Kind is not (LlmFaultKind.ContentFiltered or LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled);

    /// <summary>How long the fault forces the circuit open; null when it does not.</summary>
    public TimeSpan? Cools(DateTimeOffset now) => Kind switch
    {
        LlmFaultKind.RateLimited => Wait > TimeSpan.FromMinutes(5) ? TimeSpan.FromMinutes(5) : Wait,
        LlmFaultKind.QuotaExhausted => Reset - now ?? (Wait > TimeSpan.FromMinutes(10) ? Wait : TimeSpan.FromMinutes(10)),
        LlmFaultKind.Authentication => TimeSpan.FromMinutes(5),
        LlmFaultKind.ModelUnavailable => TimeSpan.FromMinutes(10),
        _ => null,
    };

    /// <summary>Whether the fault counts as a failure in the circuit's window. A rate limit without a stated wait does.</summary>
    public bool Counts => Kind is LlmFaultKind.RateLimited or LlmFaultKind.Overloaded or LlmFaultKind.ServerError or LlmFaultKind.Timeout or LlmFaultKind.Network or LlmFaultKind.Unknown;
}
