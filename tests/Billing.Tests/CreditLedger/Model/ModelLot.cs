namespace Billing.Tests.CreditLedger;

internal sealed class ModelLot
{
    public required Guid Id { get; set; }

    public required string Pool { get; init; }

    public required int Priority { get; init; }

    public required long Granted { get; init; }

    public required DateTimeOffset Effective { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public required long? Cost { get; init; }

    public required int Born { get; init; }

    public long Remaining { get; set; }

    public long Held { get; set; }

    public long Consumed { get; set; }

    public long Repaid { get; set; }

    public long Expired { get; set; }

    public long Revoked { get; set; }

    public long Reclaimed { get; set; }

    public long Moved { get; set; }

    public long MovedMinor { get; set; }

    public long Recognised => Granted == Moved || Cost is null ? 0 : (long)((Int128)(Cost.Value - MovedMinor) * (Consumed + Expired) / (Granted - Moved));
}
