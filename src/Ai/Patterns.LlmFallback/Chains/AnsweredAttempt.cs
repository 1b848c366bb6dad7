using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>An attempt with what the model answered, if it did.</summary>
internal sealed class AnsweredAttempt<TAnswer>(ChainModel model, CircuitPass pass, int number, long started, AttemptClock clock, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : Attempt(model, pass, number, started, clock, messages, options)
    where TAnswer : class
{
    public TAnswer? Answer { get; set; }
}
