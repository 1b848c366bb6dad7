namespace LoopbackModels;

/// <summary>Where and how a connection ends too early.</summary>
/// <param name="Kind">How.</param>
/// <param name="Bytes">After how many bytes of the body.</param>
public sealed record Cut(CutKind Kind, int Bytes);
