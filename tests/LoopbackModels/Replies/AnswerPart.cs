namespace LoopbackModels;

/// <summary>A part of an answer.</summary>
public abstract record AnswerPart;
