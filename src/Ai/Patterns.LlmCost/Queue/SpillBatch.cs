namespace Patterns.LlmCost;

/// <summary>Calls that were read from the spill.</summary>
/// <param name="Calls">The calls, in the order in which they were written.</param>
/// <param name="Segment">The file that they are from.</param>
/// <param name="End">Where they end.</param>
/// <param name="IsLeftover">Whether another run of the application wrote them.</param>
internal readonly record struct SpillBatch(List<LlmCall> Calls, SpillSegment Segment, long End, bool IsLeftover)
{
    public bool IsEmpty => Calls is not { Count: > 0 };
}
