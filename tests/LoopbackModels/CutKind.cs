namespace LoopbackModels;

/// <summary>How a connection ends too early.</summary>
public enum CutKind
{
    /// <summary>The peer closes in order, in the middle of the body: the length or the last chunk is missing.</summary>
    Fin,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>The body ends as if it were whole, as behind a proxy that buffers: only its content tells that something is missing. A streamed body only.</summary>
    Whole,
}
