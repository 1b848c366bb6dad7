using Microsoft.Extensions.Options;
using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>What a call may say: what the tables can hold, and what can be true.</summary>
internal sealed class CallChecks(IOptions<LlmCostOptions> options, TimeProvider time)
{
    public const int MaxProvider = 100;
    public const int MaxModel = 200;
    public const int MaxRegion = 50;
    public const int MaxResponseId = 200;

    private static readonly TimeSpan MaxLead = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxDistance = TimeSpan.FromDays(CallTime.MaxDistance);
    private readonly TimeSpan _retention = options.Value.Retention;

    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public void Check(LlmCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        PlainText.Check(call.TenantId, nameof(call.TenantId), 200);
        PlainText.Check(call.Provider, nameof(call.Provider), MaxProvider);
        PlainText.Check(call.Model, nameof(call.Model), MaxModel);
        PlainText.Check(call.Region, nameof(call.Region), MaxRegion, min: 0);
        PlainText.Check(call.Feature, nameof(call.Feature), 100, min: 0);
        PlainText.CheckOptional(call.UserId, nameof(call.UserId), 200);
        PlainText.CheckOptional(call.ResponseId, nameof(call.ResponseId), MaxResponseId);
        if (!PriceTiers.Has(call.Tier))
            throw Bad(nameof(call.Tier), $"Tier is '{call.Tier}'; it must be {PriceTiers.All}.");
        if (!Enum.IsDefined(call.State))
            throw Bad(nameof(call.State), $"State is {call.State}; it must be Settled, Estimated or Failed.");
        if (call.Attempt is < 1 or > short.MaxValue)
            throw Bad(nameof(call.Attempt), $"Attempt is {call.Attempt}; attempts are numbered from 1 to 32,767.");
        if (call.Revision < 0)
            throw Bad(nameof(call.Revision), $"Revision is {call.Revision}; revisions are numbered from 0.");
        CheckTimes(call);
        // Its counts were checked when they were set.
        if (call.Usage is null)
            throw Bad(nameof(call), "Usage is null; a call that used nothing has LlmUsage.None.");
    }

    /// <summary>Whether a call that begins now can be booked under an id.</summary>
    public static bool IsNear(Guid id, DateTimeOffset now) => CallTime.Of(id) - now is var ahead && ahead <= MaxLead && ahead >= -MaxDistance;

    private void CheckTimes(LlmCall call)
    {
        if (call.CallId.Version != 7 || call.CallId.Variant is < 8 or > 11)
            throw Bad(nameof(call.CallId), $"CallId {call.CallId} is not a UUIDv7, whose time says where the row is kept. Make it with Guid.CreateVersion7, or LlmCall.IdOf for results that have an id of the provider's.");
        var (at, now) = (CallTime.Of(call.CallId), time.GetUtcNow());
        if (at < now - _retention || at > now + MaxLead)
            throw Bad(nameof(call.CallId), $"The time within CallId {call.CallId} is {at:O}; it must be within LlmCostOptions.Retention ({_retention.TotalDays} days) before now ({now:O}), and at most a day after it.");
        if (call.StartedAt is { } started && (started < at - MaxDistance || started > at + MaxDistance))
            throw Bad(nameof(call.StartedAt), $"StartedAt is {started:O}, more than 31 days from the time within CallId ({at:O}). Make the id from the time of the call.");
    }

    private static ArgumentException Bad(string parameter, string message) => new(message, parameter);
}
