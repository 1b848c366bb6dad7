namespace Kernel.Tests.Postgres;

/// <summary>What a caller of the tests' group is told.</summary>
/// <param name="Value">What the server computed from the request's id.</param>
/// <param name="Statement">The number of the statement that inserted the row.</param>
public readonly record struct Answer(int Value, long Statement);
