using Npgsql;

namespace Patterns.LlmCost;

/// <summary>Settings of the cost ledger. Checked when the host starts; a failure names the option and the remedy.</summary>
public sealed class LlmCostOptions
{
    /// <summary>Whether a call without a tenant is an exception before it is made, instead of a row on <c>unattributed</c> and a warning. Default false.</summary>
    public bool RequireTenant { get; set; }

    /// <summary>What a queued call survives. Default <see cref="LlmCostDurability.Memory"/>.</summary>
    public LlmCostDurability Durability { get; set; } = LlmCostDurability.Memory;

    /// <summary>How many calls wait in memory. Default 10,000; 1 to 1,000,000.</summary>
    public int QueueCapacity { get; set; } = 10_000;

    /// <summary>
    /// Where calls are spilled to: a folder on a disk that outlives the process, for one database. Each process takes a folder of its own below it, and a start books what processes that are gone have left there. Null uses a folder
    /// of this application and database below the user's local application data.
    /// </summary>
    public string? SpillFolder { get; set; }

    /// <summary>The most bytes that the spill holds. Beyond it a queued call waits until there is room, so none is dropped. Default 256 MiB; at least 1 MiB.</summary>
    public long MaxSpillBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>How long rows of single calls are kept; roll-ups stay. Default 400 days; at least 62 days, so that an open month is whole.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>After this long a reservation that no booked call settled ends. Default 15 minutes.</summary>
    public TimeSpan ReservationLife { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Called when a tenant's booked cost has reached 50, 80 and 100 % of its month's budget, a few seconds after it did: once for each step and month over all processes. It runs in the transaction that stores the step, so that what
    /// it writes there (a message of an outbox) commits with it; when it throws, nothing is stored and it is called again a few seconds later. Default: none; the steps are stored all the same.
    /// </summary>
    public Func<BudgetStep, NpgsqlTransaction, CancellationToken, ValueTask>? OnBudgetStep { get; set; }

    /// <summary>The gross margin below which a tenant is marked. Default 0.5; below 1.</summary>
    public decimal MarginThreshold { get; set; } = 0.5m;

    /// <summary>
    /// Makes the digests that replace erased tenants, users and runs (HMAC-SHA-256): at least 16 bytes that nobody else has. Null: erasing is refused, since a digest without a secret can be guessed back.
    /// </summary>
    public byte[]? ErasureKey { get; set; }

    internal List<Func<object, LlmWireUsage?>> UsageReaders { get; } = [];

    /// <summary>
    /// Has the clients read usage from an SDK's own messages, where they tell more than what passes through <c>Microsoft.Extensions.AI</c>: the life of written caches, the tier and region that was served, and a stream's input before its
    /// end. The reader gets each <c>RawRepresentation</c> of the type, of responses and of streamed updates; where its totals are those of the usage that came through, its buckets are taken.
    /// </summary>
    /// <typeparam name="TRaw">The SDK's type.</typeparam>
    /// <param name="read">Reads a message, with <see cref="LlmWireUsage.Anthropic"/> and its like; returns null for one without usage. What it throws is logged, and the message counts as one without usage.</param>
    /// <returns>The same options.</returns>
    public LlmCostOptions ReadUsage<TRaw>(Func<TRaw, LlmWireUsage?> read)
        where TRaw : class
    {
        ArgumentNullException.ThrowIfNull(read);
        UsageReaders.Add(raw => raw is TRaw message ? read(message) : null);
        return this;
    }
}
