namespace Patterns.RlsTesting;

/// <summary>A table, partition, view, materialized view, foreign table or sequence.</summary>
/// <remarks>
/// Name: qualified and quoted where it must be: <c>public.orders</c>.
/// PlainName: the name alone, as the catalogue has it: what policies qualify columns with.
/// Kind: as <c>pg_class.relkind</c>: r, p, v, m, f or S.
/// Parent: the table that this is a partition of; null for all else.
/// IsSecurityInvoker: a view that reads its tables as whoever queries it.
/// IsExtensions: it came with an extension, which looks after it.
/// </remarks>
internal sealed record Relation(
    uint Oid, string Schema, uint Owner, string Name, string PlainName, char Kind, bool RowSecurity, bool ForcesRowSecurity, uint? Parent, bool IsSecurityInvoker, bool IsExtensions)
    : Securable(Oid, Schema, Owner)
{
    public required IReadOnlyList<Column> Columns { get; init; }

    public required IReadOnlyList<Policy> Policies { get; init; }

    public required IReadOnlyList<TableIndex> Indexes { get; init; }

    public required IReadOnlyList<ForeignKey> ForeignKeys { get; init; }

    /// <summary>The relations that a view or materialized view reads.</summary>
    public required IReadOnlyList<uint> Reads { get; init; }

    public required IReadOnlyList<Publication> Publications { get; init; }

    public bool IsTable => Kind is 'r' or 'p';

    /// <summary>A name that is derived from this one, in the same schema or on the same table.</summary>
    public string Derived(string suffix) => SqlText.Name(PlainName.Length + suffix.Length + 1 > 63 ? $"{PlainName[..(62 - suffix.Length)]}_{suffix}" : $"{PlainName}_{suffix}");
}
