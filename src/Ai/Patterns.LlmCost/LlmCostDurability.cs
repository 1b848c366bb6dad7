namespace Patterns.LlmCost;

/// <summary>What a queued call survives before it is committed.</summary>
public enum LlmCostDurability
{
    /// <summary>It waits in memory: a killed process loses what it had queued and not yet written, at most <see cref="LlmCostOptions.QueueCapacity"/> calls. An orderly stop loses nothing.</summary>
    Memory,

    /// <summary>It is in the spill file, flushed to the disk, when <see cref="ILlmCost.QueueAsync"/> returns; a killed process loses nothing, and the next start of a process with the same spill folder books it.</summary>
    Spill,
}
