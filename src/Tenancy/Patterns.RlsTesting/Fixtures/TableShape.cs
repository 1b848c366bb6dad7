namespace Patterns.RlsTesting;

/// <summary>A table as fixtures and probes need it. Its keys are filled in after all tables are known, since they point at each other.</summary>
internal sealed class TableShape
{
    public required uint Oid { get; init; }

    public required string Schema { get; init; }

    public required string Name { get; init; }

    /// <summary>It is in one of the schemas that the audit was told to look at.</summary>
    public required bool Named { get; init; }

    public required bool Partitioned { get; init; }

    public required uint? PartitionOf { get; init; }

    public required string? Bound { get; init; }

    /// <summary>By column number; 0 where the key is an expression.</summary>
    public required IReadOnlyList<short> PartitionKey { get; init; }

    public required bool RowSecurity { get; init; }

    public required bool Forced { get; init; }

    public required bool HasPolicy { get; init; }

    /// <summary>The application's role has the rights of the table's owner, so that only FORCE makes policies apply to it.</summary>
    public required bool AppIsOwner { get; init; }

    /// <summary>The application's role or the anonymous one holds a right on the table or a column of it.</summary>
    public required bool Reachable { get; init; }

    public required bool CanDelete { get; init; }

    /// <summary>A BEFORE trigger may write something else than the statement said.</summary>
    public required bool Rewrites { get; init; }

    /// <summary>As people write it, and as <see cref="RlsAuditBuilder.With"/> takes it.</summary>
    public string Display => $"{Schema}.{Name}";

    public string Sql => $"{SqlText.Identifier(Schema)}.{SqlText.Identifier(Name)}";

    public List<ColumnShape> Columns { get; } = [];

    public List<KeyShape> Keys { get; } = [];

    public List<ForeignKeyShape> ForeignKeys { get; } = [];

    public List<CheckShape> Checks { get; } = [];

    /// <summary>For a partitioned table and for a partition: what a row must hold to land in each existing partition, by column name; empty for an ordinary table.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Places { get; set; } = [];

    /// <summary>The columns that hold the tenant's own name, where the tenant column of another table points here: the table of tenants itself.</summary>
    public ColumnShape? TenantKey { get; set; }

    public KeyShape? PrimaryKey => Keys.FirstOrDefault(k => k.Primary);

    public ColumnShape? Column(string name) => Columns.FirstOrDefault(c => c.Name == name);

    public ColumnShape Column(short number) => Columns.First(c => c.Number == number);
}
