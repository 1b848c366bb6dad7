using Microsoft.Extensions.AI;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>What a model was asked.</summary>
public sealed record Asked(IEnumerable<ChatMessage> Messages, ChatOptions? Options, CancellationToken Token);
