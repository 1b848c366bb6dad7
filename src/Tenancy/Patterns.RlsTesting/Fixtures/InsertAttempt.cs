namespace Patterns.RlsTesting;

/// <summary>What came of trying INSERTs in turn: the one that succeeded with its row, or a failure.</summary>
internal sealed record InsertAttempt(int Chosen, string?[]? Row, string State, string Message, string Constraint, string Column, string Domain)
{
    /// <summary>What stopped it, in short: two failures of one kind are no progress.</summary>
    public string Kind => $"{State}:{Constraint}:{Domain}";

    public bool Succeeded => State == "00000" && Row is not null;
}
