namespace Patterns.RlsTesting;

/// <summary>One policy or table, weakened in one way.</summary>
/// <param name="Table">The table, as <c>schema.name</c>.</param>
/// <param name="Policy">The policy; null when the table itself was weakened.</param>
/// <param name="Kind">How.</param>
/// <param name="NoticedByMatrix">The probes of the table saw something that they do not see with the true policies.</param>
/// <param name="NoticedByTest">Your own test threw; false when there is none.</param>
public sealed record Mutant(string Table, string? Policy, MutationKind Kind, bool NoticedByMatrix, bool NoticedByTest)
{
    /// <summary>Something noticed.</summary>
    public bool IsKilled => NoticedByMatrix || NoticedByTest;

    /// <summary>In one line, such as <c>public.orders, policy orders_write: WithCheckTrue</c>.</summary>
    public override string ToString() => $"{Table}{(Policy is null ? "" : $", policy {Policy}")}: {Kind}";
}
