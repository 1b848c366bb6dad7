using Npgsql;

namespace Patterns.Postgres;

/// <summary>A partition that was made and is not committed yet.</summary>
/// <param name="Table">The partitioned table, qualified and quoted, as a statement needs it.</param>
/// <param name="Partition">The new partition, qualified and quoted.</param>
/// <param name="From">The earliest moment that it holds.</param>
/// <param name="To">The end of what it holds; the moment itself is not in it.</param>
/// <param name="Transaction">The transaction that makes it, of the role that changes the schema. Use its connection, and neither commit nor roll back.</param>
public sealed record CreatedPartition(string Table, string Partition, DateTimeOffset From, DateTimeOffset To, NpgsqlTransaction Transaction);
