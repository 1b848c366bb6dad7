using System.Buffers;
using System.Text;
using Microsoft.Extensions.Options;

namespace Patterns.LlmCost;

/// <summary>What a call may say: what the tables can hold, and what can be true.</summary>
internal sealed class CallChecks(IOptions<LlmCostOptions> options, TimeProvider time)
{
    private static readonly TimeSpan MaxLead = TimeSpan.FromDays(1);
    private static readonly TimeSpan MaxDistance = TimeSpan.FromDays(31);
    private readonly TimeSpan _retention = options.Value.Retention;

    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public void Check(LlmCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        CheckText(call.TenantId, nameof(call.TenantId), 1, 200);
        CheckText(call.Provider, nameof(call.Provider), 1, 100);
        CheckText(call.Model, nameof(call.Model), 1, 200);
        CheckText(call.Region, nameof(call.Region), 0, 50);
        CheckText(call.Feature, nameof(call.Feature), 0, 100);
        if (call.UserId is not null)
            CheckText(call.UserId, nameof(call.UserId), 1, 200);
        if (call.ResponseId is not null)
            CheckText(call.ResponseId, nameof(call.ResponseId), 1, 200);
        if (call.Tier is not ("standard" or "batch" or "flex" or "priority"))
            throw Bad(nameof(call.Tier), $"Tier is '{call.Tier}'; it must be standard, batch, flex or priority.");
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

    public static void CheckText(string value, string name, int min, int max)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.Length < min || value.Length > max)
            throw new ArgumentException($"{name} has {value.Length} characters; it must have {min} to {max}.", name);
        if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
            CheckBeyondAscii(value, name);
    }

    private static void CheckBeyondAscii(string value, string name)
    {
        for (var index = 0; index < value.Length;)
        {
            if (Rune.DecodeFromUtf16(value.AsSpan(index), out var rune, out var length) != OperationStatus.Done)
                throw new ArgumentException($"{name} holds half of a surrogate pair at character {index}, which is not text.", name);
            if (Rune.IsControl(rune))
                throw new ArgumentException($"{name} holds the control character U+{rune.Value:X4} at character {index}; control characters are not allowed.", name);
            index += length;
        }
    }
}
