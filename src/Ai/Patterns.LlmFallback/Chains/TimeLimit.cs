namespace Patterns.LlmFallback;

/// <summary>Which of the chain's times ran out.</summary>
internal enum TimeLimit
{
    None,
    Attempt,
    FirstToken,
    Idle,
    Total,
}
