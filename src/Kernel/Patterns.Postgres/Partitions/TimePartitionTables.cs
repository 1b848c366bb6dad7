using System.Collections.Frozen;

namespace Patterns.Postgres;

/// <summary>The tables that were registered, described when the host starts or when the first is used.</summary>
internal sealed class TimePartitionTables(IEnumerable<TableRegistration<TimePartitioning>> registrations, IEnumerable<TimePartitionSet> sets, IServiceProvider services)
{
    /// <summary>As good as for ever, and still a time that can be subtracted from now.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36525);

    private readonly Lazy<FrozenDictionary<string, TimePartitioning>> _tables = new(() => registrations.Select(r => Describe(r, services)).Concat(sets.SelectMany(s => Describe(s, services))).ToFrozenDictionary(t => t.Table, StringComparer.Ordinal));

    public IReadOnlyCollection<TimePartitioning> All => _tables.Value.Values;

    public TimePartitioning? Find(string table) => _tables.Value.GetValueOrDefault(table);

    public static void Validate(TimePartitioning table)
    {
        if (!Identifier.IsValid(table.Table))
            throw new ArgumentException($"'{table.Table}' is not a table's name; it must match {Identifier.Pattern}.", nameof(table));
        if (!Enum.IsDefined(table.Interval))
            throw new ArgumentException($"TimePartitioning.Interval of '{table.Table}' is {table.Interval}; it must be Hour, Day, Week or Month.", nameof(table));
        if (!Enum.IsDefined(table.Key))
            throw new ArgumentException($"TimePartitioning.Key of '{table.Table}' is {table.Key}; it must be Timestamp or UuidV7.", nameof(table));
        if (table.Ahead is < 1 or > 366)
            throw new ArgumentException($"TimePartitioning.Ahead of '{table.Table}' is {table.Ahead}; it must be 1 to 366.", nameof(table));
        if (table.Keep <= TimeSpan.Zero || table.Keep > Longest)
            throw new ArgumentException($"TimePartitioning.Keep of '{table.Table}' is {table.Keep}; it must be more than 0 and at most a hundred years ({Longest.TotalDays} days).", nameof(table));
    }

    private static IEnumerable<TimePartitioning> Describe(TimePartitionSet set, IServiceProvider services)
    {
        foreach (var table in set.Describe(services))
        {
            Validate(table);
            yield return table;
        }
    }

    private static TimePartitioning Describe(TableRegistration<TimePartitioning> registration, IServiceProvider services)
    {
        var table = registration.Make(services);
        Validate(table);
        if (table.Table != registration.Table)
            throw new ArgumentException($"Time partitions were registered for '{registration.Table}', but described for '{table.Table}'. Name the same table in both places.", nameof(registration));
        return table;
    }
}
