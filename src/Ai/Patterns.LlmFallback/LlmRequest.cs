using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A call, as the delegates of a chain see it.</summary>
/// <param name="Chain">The chain's name.</param>
/// <param name="CallId">The call's id (UUIDv7), the same over all attempts.</param>
/// <param name="Messages">The caller's messages.</param>
/// <param name="Options">The caller's options; null when it gave none.</param>
/// <param name="InputTokens">The estimated input tokens, those of a broken answer that is to be continued included.</param>
/// <param name="Attempts">What was tried and skipped so far, in order.</param>
public sealed record LlmRequest(string Chain, Guid CallId, IReadOnlyList<ChatMessage> Messages, ChatOptions? Options, long InputTokens, IReadOnlyList<LlmAttempt> Attempts);
