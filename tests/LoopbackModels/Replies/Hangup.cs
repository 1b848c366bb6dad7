namespace LoopbackModels;

/// <summary>The connection is reset before a byte of an answer.</summary>
public sealed record Hangup : ModelReply;
