using System.Buffers;
using System.Text;

namespace Patterns.CreditLedger;

/// <summary>What texts and amounts may be: what PostgreSQL can store and compare byte by byte.</summary>
internal static class LedgerText
{
    public const int MaxKey = 200;
    public const int MaxReason = 500;
    private const long MaxAmount = 1_000_000_000_000_000;

    public static void Check(string value, string parameter, int limit = MaxKey)
    {
        ArgumentNullException.ThrowIfNull(value, parameter);
        if (value.Length == 0 || value.Length > limit)
            throw new ArgumentException($"{parameter} has {value.Length} characters; it must have 1 to {limit}.", parameter);
        if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
            CheckBeyondAscii(value, parameter);
    }

    public static void CheckOptional(string? value, string parameter, int limit)
    {
        if (value is not null)
            Check(value, parameter, limit);
    }

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

    private static void CheckBeyondAscii(string value, string parameter)
    {
        for (var index = 0; index < value.Length;)
        {
            if (Rune.DecodeFromUtf16(value.AsSpan(index), out var rune, out var length) != OperationStatus.Done)
                throw new ArgumentException($"{parameter} holds half of a surrogate pair at character {index}, which is not text.", parameter);
            if (Rune.IsControl(rune))
                throw new ArgumentException($"{parameter} holds the control character U+{rune.Value:X4} at character {index}; control characters are not allowed.", parameter);
            index += length;
        }
    }
}
