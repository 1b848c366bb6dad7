namespace Patterns.LlmFallback;

/// <summary>How an attempt ended: with an answer, with a fault, or with an answer that is one (a refusal, an empty answer).</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Answer">What the model answered, if it did.</param>
/// <param name="Fault">What was wrong; null when nothing was.</param>
/// <param name="Evidence">What the fault was judged by; null when it is the chain's own judgement.</param>
/// <param name="Exception">What the attempt threw.</param>
internal readonly record struct Outcome<TAnswer>(Attempt Attempt, TAnswer? Answer, LlmFault? Fault = null, LlmEvidence? Evidence = null, Exception? Exception = null)
    where TAnswer : class;
