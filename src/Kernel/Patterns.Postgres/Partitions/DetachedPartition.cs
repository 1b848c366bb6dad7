using Npgsql;

namespace Patterns.Postgres;

/// <summary>A partition that was taken out of its table and is about to be dropped.</summary>
/// <param name="Table">The partitioned table, qualified and quoted, as a statement needs it.</param>
/// <param name="Partition">The table that was its partition, qualified and quoted.</param>
/// <param name="From">The earliest moment that it holds.</param>
/// <param name="To">The end of what it holds; the moment itself is not in it.</param>
/// <param name="Transaction">The transaction that will drop it, of the role that changes the schema. Use its connection, and neither commit nor roll back.</param>
public sealed record DetachedPartition(string Table, string Partition, DateTimeOffset From, DateTimeOffset To, NpgsqlTransaction Transaction);
