namespace Patterns.RlsTesting;

/// <summary>What the server said to one statement: how many rows, or why not.</summary>
internal sealed record ProbeAnswer(long Rows, string State, string Message, long YardstickRows, string YardstickState);
