namespace Patterns.RlsTesting;

/// <summary>One row that the probes are about to insert: what was guessed, and what the test says instead.</summary>
public sealed class FixtureRow
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    internal FixtureRow(string tenantId, int number) => (TenantId, Number) = (tenantId, number);

    /// <summary>The tenant that the row is for.</summary>
    public string TenantId { get; }

    /// <summary>A number that no other row of this table has in this run, from 1: for values that must be unique.</summary>
    public int Number { get; }

    internal IReadOnlyDictionary<string, object?> Values => _values;

    /// <summary>The value of a column, as Npgsql takes it; null for NULL.</summary>
    public object? this[string column]
    {
        set => _values[column] = value;
    }
}
