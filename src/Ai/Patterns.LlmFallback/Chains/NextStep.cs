namespace Patterns.LlmFallback;

/// <summary>What follows a fault.</summary>
internal enum NextStep
{
    /// <summary>The call ends with what it has.</summary>
    Stop,
    SameModel,
    NextModel,
}
