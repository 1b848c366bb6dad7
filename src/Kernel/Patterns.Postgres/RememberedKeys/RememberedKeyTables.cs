namespace Patterns.Postgres;

/// <summary>The tables that were registered, described when the host starts or when they are first looked after.</summary>
internal sealed class RememberedKeyTables(IEnumerable<TableRegistration<RememberedKeys>> registrations, IServiceProvider services)
{
    private const int LongestName = 50;

    private readonly Lazy<IReadOnlyList<RememberedKeys>> _tables = new(() => [.. registrations.Select(r => Describe(r, services))]);

    public IReadOnlyList<RememberedKeys> All => _tables.Value;

    public static void ValidateName(string table)
    {
        if (!Identifier.IsValid(table) || table.Length > LongestName)
            throw new ArgumentException($"'{table}' is not the name of a table of keys; it must match {Identifier.Pattern} and have at most {LongestName} characters.", nameof(table));
    }

    private static RememberedKeys Describe(TableRegistration<RememberedKeys> registration, IServiceProvider services)
    {
        var keys = registration.Make(services);
        if (keys.Table != registration.Table)
            throw new ArgumentException($"Remembered keys were registered for '{registration.Table}', but described for '{keys.Table}'. Name the same table in both places.", nameof(registration));
        if (!Identifier.IsValid(keys.Clock))
            throw new ArgumentException($"RememberedKeys.Clock of '{keys.Table}' is '{keys.Clock}'; it must match {Identifier.Pattern}.", nameof(registration));
        if (keys.RememberFor <= TimeSpan.Zero || keys.RememberFor > TimePartitionTables.Longest)
            throw new ArgumentException($"RememberedKeys.RememberFor of '{keys.Table}' is {keys.RememberFor}; it must be more than 0 and at most a hundred years ({TimePartitionTables.Longest.TotalDays} days).", nameof(registration));
        return keys;
    }
}
