namespace LoopbackModels;

/// <summary>Text.</summary>
/// <param name="Pieces">The text; each piece is an event of a stream.</param>
public sealed record TextPart(IReadOnlyList<string> Pieces) : AnswerPart;
