namespace Patterns.Postgres;

/// <summary>The row of a clock table.</summary>
/// <param name="Current">The generation that claims write; they look at it and at the one before.</param>
/// <param name="Overlap">Whether they write the next one too.</param>
/// <param name="IsDue">Whether the current generation has been current for RememberFor.</param>
internal readonly record struct GenerationClock(int Current, bool Overlap, bool IsDue);
