using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>An attempt with what the model answered, if it did.</summary>
internal sealed class AnsweredAttempt<TAnswer>(ChainModel model, CircuitPass pass, int number, long started, AttemptClock clock, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    : Attempt(model, pass, number, started, clock, messages, options)
    where TAnswer : class
{
    public TAnswer? Answer { get; set; }

    /// <summary>Whether the answer is a refusal, and not the remains of a stream that told of one by an error.</summary>
    public bool IsRefusal => Answer is not null && Fault is { Kind: LlmFaultKind.ContentFiltered } && Wire is not { HasStreamError: true };
}
