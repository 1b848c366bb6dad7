using System.Buffers.Binary;
using System.Globalization;

namespace Patterns.Postgres;

/// <summary>The time that one partition holds: from <paramref name="From"/> up to, and without, <paramref name="To"/>, in UTC.</summary>
internal readonly record struct PartitionBounds(PartitionInterval Interval, DateTimeOffset From, DateTimeOffset To)
{
    public static PartitionBounds Of(PartitionInterval interval, DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        var day = new DateTimeOffset(utc.Date, TimeSpan.Zero);
        var from = interval switch
        {
            PartitionInterval.Hour => day.AddHours(utc.Hour),
            PartitionInterval.Day => day,
            PartitionInterval.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            PartitionInterval.Month => day.AddDays(1 - day.Day),
            _ => throw new ArgumentOutOfRangeException(nameof(interval), interval, "Not an interval."),
        };
        return new(interval, from, After(interval, from, 1));
    }

    public PartitionBounds Next(int count = 1)
    {
        var from = After(Interval, From, count);
        return new(Interval, from, After(Interval, from, 1));
    }

    /// <summary>As <c>events_p20261121</c>: by day also for weeks and months, with the hour where a day has several. PostgreSQL cuts names at 63 bytes, so a long table name is cut first.</summary>
    public string PartitionName(string table)
    {
        var suffix = From.ToString(Interval == PartitionInterval.Hour ? "'_p'yyyyMMddHH" : "'_p'yyyyMMdd", CultureInfo.InvariantCulture);
        return string.Concat(table.AsSpan(0, Math.Min(table.Length, 63 - suffix.Length)), suffix);
    }

    /// <summary>The bounds as they stand after FOR VALUES.</summary>
    public string Values(PartitionKey key) => key == PartitionKey.UuidV7 ? $"FROM ('{FirstId(From)}') TO ('{FirstId(To)}')" : $"FROM ('{From:O}') TO ('{To:O}')";

    /// <summary>The least UUID whose time is this one. It needs no version: every id of that millisecond is greater.</summary>
    private static Guid FirstId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)at.ToUnixTimeMilliseconds() << 16);
        return new(bytes, bigEndian: true);
    }

    private static DateTimeOffset After(PartitionInterval interval, DateTimeOffset from, int count) => interval switch
    {
        PartitionInterval.Hour => from.AddHours(count),
        PartitionInterval.Day => from.AddDays(count),
        PartitionInterval.Week => from.AddDays(7 * count),
        _ => from.AddMonths(count),
    };
}
