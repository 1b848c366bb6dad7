namespace Patterns.AuditLog;

/// <summary>A seal as its row has it.</summary>
internal sealed record StoredSeal(SealRecord Record, byte[] Hash)
{
    /// <summary>Its way to the run's root, where the other seals of the run are not at hand.</summary>
    public RunPath? Path { get; init; }
}
