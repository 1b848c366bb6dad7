namespace Patterns.CreditLedger;

/// <summary>What the functions of Schema/0003_operations.sql are told beyond the columns that all operations have. Each reads its own.</summary>
internal sealed record LedgerTerms
{
    public string? Pool { get; init; }

    public int? Priority { get; init; }

    public DateTimeOffset? Effective { get; init; }

    public DateTimeOffset? Expires { get; init; }

    public long? Cost { get; init; }

    public string? Currency { get; init; }

    public double? Seconds { get; init; }

    public bool? Final { get; init; }

    public int? Overage { get; init; }

    public bool? Forfeit { get; init; }

    public double? Grace { get; init; }

    public bool? Debt { get; init; }

    public long? Overdraft { get; init; }

    public long? Watermark { get; init; }
}
