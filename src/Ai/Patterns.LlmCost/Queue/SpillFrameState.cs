namespace Patterns.LlmCost;

/// <summary>What stands at a place of a spill file.</summary>
internal enum SpillFrameState
{
    /// <summary>A frame as it was written.</summary>
    Whole,

    /// <summary>The beginning of a frame, at the end of the file: its writer died, and told nobody that it was written.</summary>
    Cut,

    /// <summary>Something else.</summary>
    Damaged,
}
