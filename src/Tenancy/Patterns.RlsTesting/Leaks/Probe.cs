namespace Patterns.RlsTesting;

/// <summary>One command, as one identity, on one table.</summary>
/// <param name="Table">The table or view, as <c>schema.name</c>.</param>
/// <param name="Command">What was tried.</param>
/// <param name="Identity">As whom.</param>
/// <param name="Expected">What it should see.</param>
/// <param name="Seen">What it saw.</param>
/// <param name="IsSafe">Whether that is well.</param>
/// <param name="Detail">The server's SQLSTATE and message, or why it is judged so; empty when there is nothing to add.</param>
public sealed record Probe(string Table, ProbeCommand Command, ProbeIdentity Identity, ProbeExpectation Expected, ProbeOutcome Seen, bool IsSafe, string Detail);
