namespace Patterns.LlmCost;

/// <summary>How an invoice was spread.</summary>
/// <param name="StatementId">The statement.</param>
/// <param name="Invoiced">The invoice's total: what the tenants now sum to.</param>
/// <param name="Booked">What was booked for the provider's month.</param>
/// <param name="Tenants">How many tenants take part.</param>
public sealed record ResidualAllocation(string StatementId, PicoUsd Invoiced, PicoUsd Booked, int Tenants)
{
    /// <summary>What was spread: the invoice less what was booked.</summary>
    public PicoUsd Residual => Invoiced - Booked;
}
