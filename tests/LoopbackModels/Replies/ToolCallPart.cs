namespace LoopbackModels;

/// <summary>A call of a tool.</summary>
/// <param name="Id">The call's id.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">Its arguments, a JSON object; a stream sends them in two pieces where the provider does so.</param>
public sealed record ToolCallPart(string Id, string Name, string Arguments) : AnswerPart;
