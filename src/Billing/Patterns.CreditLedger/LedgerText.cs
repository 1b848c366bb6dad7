using Patterns.Shared;

namespace Patterns.CreditLedger;

/// <summary>What texts and amounts may be: what PostgreSQL can store and compare byte by byte.</summary>
internal static class LedgerText
{
    public const int MaxKey = 200;
    public const int MaxReason = 500;
    private const long MaxAmount = 1_000_000_000_000_000;

    public static void Check(string value, string parameter, int limit = MaxKey) => PlainText.Check(value, parameter, limit);

    public static void Check(AccountId account, string parameter)
    {
        Check(account.Tenant, $"{parameter}.{nameof(account.Tenant)}");
        Check(account.Asset, $"{parameter}.{nameof(account.Asset)}");
    }

    public static void CheckAmount(long value, string parameter, long min = 1)
    {
        if (value < min || value > MaxAmount)
            throw new ArgumentOutOfRangeException(parameter, value, $"It must be {min} to 10^15 whole units.");
    }
}
