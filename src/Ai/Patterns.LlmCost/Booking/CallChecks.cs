using System.Buffers;
using System.Text;
using Microsoft.Extensions.Options;

namespace Patterns.LlmCost;

/// <summary>What a call may say: what the tables can hold, and what can be true.</summary>
internal sealed class CallChecks(IOptions<LlmCostOptions> options, TimeProvider time)
{
    public const long MaxCount = 1_000_000_000_000;
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
            throw new ArgumentException($"Tier is '{call.Tier}'; it must be standard, batch, flex or priority.", nameof(call.Tier));
        if (!Enum.IsDefined(call.State))
            throw new ArgumentException($"State is {call.State}; it must be Settled, Estimated or Failed.", nameof(call.State));
        if (call.Attempt is < 1 or > short.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(call.Attempt), call.Attempt, "Attempts are numbered from 1 to 32,767.");
        if (call.Revision < 0)
            throw new ArgumentOutOfRangeException(nameof(call.Revision), call.Revision, "Revisions are numbered from 0.");
        CheckTimes(call);
        CheckUsage(call.Usage);
    }

    private void CheckTimes(LlmCall call)
    {
        if (call.CallId.Version != 7 || call.CallId.Variant is < 8 or > 11)
            throw new ArgumentException($"CallId {call.CallId} is not a UUIDv7, whose time says where the row is kept. Make it with Guid.CreateVersion7, or LlmCall.IdOf for results that have an id of the provider's.", nameof(call.CallId));
        var (at, now) = (CallTime.Of(call.CallId), time.GetUtcNow());
        if (at < now - _retention || at > now + MaxLead)
            throw new ArgumentException($"The time within CallId {call.CallId} is {at:O}; it must be within LlmCostOptions.Retention ({_retention.TotalDays} days) before now ({now:O}), and at most a day after it.", nameof(call.CallId));
        if (call.StartedAt is { } started && (started < at - MaxDistance || started > at + MaxDistance))
            throw new ArgumentException($"StartedAt is {started:O}, more than 31 days from the time within CallId ({at:O}). Make the id from the time of the call.", nameof(call.StartedAt));
    }

    private static void CheckUsage(LlmUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage, nameof(LlmCall.Usage));
        for (var bucket = LlmBucket.Input; bucket <= LlmBucket.CacheStorageTokenHour; bucket++)
            CheckCount(usage[bucket], bucket.ToString);
        CheckCount(usage.Reasoning, static () => nameof(usage.Reasoning));
    }

    private static void CheckCount(long count, Func<string> name)
    {
        if (count is < 0 or > MaxCount)
            throw new ArgumentOutOfRangeException(nameof(LlmCall.Usage), count, $"Usage.{name()} must be 0 to 10^12.");
    }

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
