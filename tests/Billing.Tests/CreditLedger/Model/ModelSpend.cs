namespace Billing.Tests.CreditLedger;

/// <summary>A spend or a settlement. A part without a lot is what was owed.</summary>
internal sealed class ModelSpend
{
    public required object Content { get; init; }

    public required List<(ModelLot? Lot, long Amount)> Parts { get; init; }

    public Dictionary<Guid, long> Refunded { get; } = [];

    public long Amount => Parts.Sum(static part => part.Amount);

    public long Owed => Parts.Where(static part => part.Lot is null).Sum(static part => part.Amount);
}
