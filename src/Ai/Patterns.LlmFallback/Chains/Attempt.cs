using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One attempt at one model, and how it ended: with an answer, with a fault, or with an answer that is one (a refusal, an empty answer).</summary>
internal class Attempt(ChainModel model, CircuitPass pass, int number, long started, AttemptClock clock, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
{
    public ChainModel Model => model;

    public CircuitPass Pass => pass;

    /// <summary>Counts all attempts of the call, from 1.</summary>
    public int Number => number;

    public long Started => started;

    public AttemptClock Clock => clock;

    public IReadOnlyList<ChatMessage> Messages => messages;

    public ChatOptions? Options => options;

    public WireRecord? Wire { get; } = WireRecord.For(model.Circuit);

    public Activity? Span { get; set; }

    /// <summary>What was wrong; null when nothing was.</summary>
    public LlmFault? Fault { get; set; }

    /// <summary>What the fault was judged by; null when it is the chain's own judgement.</summary>
    public LlmEvidence? Evidence { get; set; }

    /// <summary>What the attempt threw.</summary>
    public Exception? Exception { get; set; }
}
