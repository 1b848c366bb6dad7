using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Compares grants with an external list, in one statement.</summary>
internal sealed class Reconciliation(IPostgres postgres)
{
    // A reference that is missing on either side once, in two pools, is one that differs in its pool; that is told by the row of their side.
    private readonly string _compare = postgres.Sql(
        """
        WITH theirs AS (
            SELECT f.reference, f.pool, sum(f.amount) AS theirs FROM unnest($3::text[], $4::text[], $5::bigint[]) AS f (reference, pool, amount) GROUP BY f.reference, f.pool
        ), ours AS (
            SELECT coalesce(l.reference, l.grant_key) AS reference, l.pool, sum(l.granted) AS ours,
                bool_or(l.pool = coalesce($6, l.pool) AND l.granted_at >= coalesce($7, '-infinity') AND l.granted_at < coalesce($8, 'infinity')) AS in_scope
            FROM {schema}.credit_ledger_lots l
            WHERE l.tenant_id = $1 AND l.asset = $2 AND l.source_lot IS NULL
            GROUP BY 1, 2
        ), difference AS (
            SELECT d.*,
                count(*) FILTER (WHERE d.ours IS NULL) OVER reference = 1 AND count(*) FILTER (WHERE d.theirs IS NULL) OVER reference = 1 AS other_pool,
                min(d.pool) FILTER (WHERE d.theirs IS NULL) OVER reference AS our_pool, min(d.ours) FILTER (WHERE d.theirs IS NULL) OVER reference AS our_amount
            FROM (SELECT reference, pool, t.theirs, o.ours, o.in_scope FROM theirs t FULL JOIN ours o USING (reference, pool)) d
            WHERE d.theirs IS DISTINCT FROM d.ours
            WINDOW reference AS (PARTITION BY d.reference)
        )
        SELECT d.reference, CASE WHEN d.ours IS NOT NULL AND d.theirs IS NOT NULL THEN 2 WHEN d.theirs IS NULL THEN 1 WHEN d.other_pool THEN 3 ELSE 0 END,
            CASE WHEN d.ours IS NOT NULL THEN d.pool WHEN d.other_pool THEN d.our_pool END, CASE WHEN d.ours IS NOT NULL THEN d.ours WHEN d.other_pool THEN d.our_amount END::bigint,
            CASE WHEN d.theirs IS NOT NULL THEN d.pool END, d.theirs::bigint
        FROM difference d
        WHERE d.theirs IS NOT NULL OR d.in_scope AND NOT d.other_pool
        ORDER BY 1, 2
        """);

    public async Task<IReadOnlyList<GrantDifference>> CompareAsync(GrantScope scope, IReadOnlyCollection<ExternalGrant> grants, CancellationToken ct)
    {
        var differences = new List<GrantDifference>();
        var command = postgres.DataSource.CreateCommand(_compare);
        await using (command.ConfigureAwait(false))
        {
            Add(command, NpgsqlDbType.Text, scope.Account.Tenant);
            Add(command, NpgsqlDbType.Text, scope.Account.Asset);
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, grants.Select(static grant => grant.Reference).ToArray());
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Text, grants.Select(static grant => grant.Pool).ToArray());
            Add(command, NpgsqlDbType.Array | NpgsqlDbType.Bigint, grants.Select(static grant => grant.Amount).ToArray());
            Add(command, NpgsqlDbType.Text, scope.Pool);
            Add(command, NpgsqlDbType.TimestampTz, scope.From?.UtcDateTime);
            Add(command, NpgsqlDbType.TimestampTz, scope.To?.UtcDateTime);
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                {
                    differences.Add(new((GrantDifferenceKind)row.GetInt32(1), row.GetString(0))
                    {
                        Pool = row.IsDBNull(2) ? null : row.GetString(2),
                        Amount = row.IsDBNull(3) ? null : row.GetInt64(3),
                        ExternalPool = row.IsDBNull(4) ? null : row.GetString(4),
                        ExternalAmount = row.IsDBNull(5) ? null : row.GetInt64(5),
                    });
                }
            }
        }

        return differences;
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) => command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });
}
