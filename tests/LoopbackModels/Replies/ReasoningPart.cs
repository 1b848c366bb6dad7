namespace LoopbackModels;

/// <summary>What the model thought, where the provider shows it: Anthropic and Gemini. OpenAI's Chat Completions only count it.</summary>
/// <param name="Pieces">The thoughts; each piece is an event of a stream.</param>
/// <param name="Signature">The provider's seal, which has to be sent back.</param>
public sealed record ReasoningPart(IReadOnlyList<string> Pieces, string Signature) : AnswerPart;
