namespace Billing.Tests.CreditLedger;

internal sealed class ModelHold
{
    public required object Content { get; init; }

    public required long Amount { get; init; }

    public required DateTimeOffset Expires { get; set; }

    /// <summary>What is held of each lot, in drain order.</summary>
    public required List<(ModelLot Lot, long Amount)> Parts { get; set; }

    public required (Guid Lot, long Amount)[] FirstParts { get; init; }

    public string State { get; set; } = "open";

    public long Settled { get; set; }

    public long Left => Parts.Sum(static part => part.Amount);
}
