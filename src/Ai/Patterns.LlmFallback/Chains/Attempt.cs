using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One attempt at one model, while it runs.</summary>
internal sealed class Attempt(ChainModel model, CircuitPass pass, int number, long started, AttemptClock clock, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
{
    public ChainModel Model => model;

    public CircuitPass Pass => pass;

    /// <summary>Counts all attempts of the call, from 1.</summary>
    public int Number => number;

    public long Started => started;

    public AttemptClock Clock => clock;

    public IReadOnlyList<ChatMessage> Messages => messages;

    public ChatOptions? Options => options;

    public WireRecord? Wire { get; } = WireRecord.InUse ? new WireRecord() : null;

    public Activity? Span { get; set; }
}
