using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>Reads the shape of the chosen schemas from the catalogue, in one trip.</summary>
internal static class ShapeReader
{
    // The chosen schemas' tables, whatever they refer to by foreign keys, and the partitions and partitioned tables of all these, wherever they are.
    private const string Wanted =
        """
        WITH RECURSIVE wanted AS (
            SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p')
            UNION
            SELECT x.oid FROM wanted w, LATERAL (
                SELECT k.confrelid FROM pg_constraint k WHERE k.conrelid = w.oid AND k.contype = 'f'
                UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition AND p.relkind IN ('r', 'p') WHERE i.inhparent = w.oid
                UNION ALL SELECT i.inhparent FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition WHERE i.inhrelid = w.oid) x (oid))
        """;

    private const string Tables =
        $"""
        {Wanted}
        SELECT c.oid, n.nspname, c.relname, n.nspname = ANY ($1), c.relkind = 'p', i.inhparent, pg_get_expr(c.relpartbound, c.oid), coalesce(p.partattrs::int2[], ARRAY[]::int2[]),
            c.relrowsecurity, c.relforcerowsecurity, EXISTS (SELECT FROM pg_policy y WHERE y.polrelid = c.oid), pg_has_role($2::name, c.relowner, 'USAGE'),
            EXISTS (SELECT FROM unnest(ARRAY[$2, $3]) r (name) WHERE r.name IS NOT NULL AND has_schema_privilege(r.name::name, n.oid, 'USAGE')
                AND (has_table_privilege(r.name::name, c.oid, 'SELECT, INSERT, UPDATE, DELETE') OR has_any_column_privilege(r.name::name, c.oid, 'SELECT, INSERT, UPDATE'))),
            has_schema_privilege($2::name, n.oid, 'USAGE') AND has_table_privilege($2::name, c.oid, 'DELETE'),
            EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 2 <> 0)
        FROM wanted w JOIN pg_class c ON c.oid = w.oid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
        """;

    private const string Columns =
        $"""
        {Wanted}
        SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(e.typname || '[]', b.typname), base.modifier,
            coalesce(CASE WHEN e.oid IS NULL THEN s.typname END, format_type(e.oid, -1)),
            coalesce((SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = b.oid), ARRAY[]::text[]),
            coalesce((SELECT count(*)::int FROM pg_attribute f WHERE f.attrelid = b.typrelid AND f.attnum > 0 AND NOT f.attisdropped AND b.typtype = 'c'), 0),
            base.domains, base.checks, a.attnotnull OR base.not_null, a.atthasdef AND a.attgenerated = '' OR a.attidentity <> '' OR base.has_default, a.attgenerated <> '',
            u.ok AND has_column_privilege($2::name, a.attrelid, a.attnum, 'SELECT'), u.ok AND has_column_privilege($2::name, a.attrelid, a.attnum, 'INSERT'),
            u.ok AND has_column_privilege($2::name, a.attrelid, a.attnum, 'UPDATE'), a.attidentity = 'a'
        FROM wanted w JOIN pg_class c ON c.oid = w.oid JOIN pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
            CROSS JOIN LATERAL (SELECT has_schema_privilege($2::name, c.relnamespace, 'USAGE')) u (ok)
            CROSS JOIN LATERAL (
                WITH RECURSIVE beneath (oid, modifier, not_null, has_default, domains, checks, depth) AS (
                    SELECT a.atttypid, a.atttypmod, false, false, ARRAY[]::text[], NULL::text, 0
                    UNION ALL
                    SELECT t.typbasetype, t.typtypmod, d.not_null OR t.typnotnull, d.has_default OR t.typdefault IS NOT NULL, d.domains || (t.typname::text COLLATE "default"),
                        concat_ws(' ', d.checks, (SELECT string_agg(pg_get_constraintdef(k.oid) COLLATE "default", ' ') FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')), d.depth + 1
                    FROM beneath d JOIN pg_type t ON t.oid = d.oid AND t.typtype = 'd')
                SELECT * FROM beneath ORDER BY depth DESC LIMIT 1) base
            JOIN pg_type b ON b.oid = base.oid LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
            LEFT JOIN pg_range r ON b.oid IN (r.rngtypid, r.rngmultitypid) LEFT JOIN pg_type s ON s.oid = r.rngsubtype
        ORDER BY a.attrelid, a.attnum
        """;

    private const string Keys =
        $"""
        {Wanted}
        SELECT i.indrelid, i.indisprimary, (i.indkey::int2[])[0:i.indnkeyatts - 1]
        FROM wanted w JOIN pg_index i ON i.indrelid = w.oid
        WHERE i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate AND i.indisvalid
        ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
        """;

    // A foreign key to a partitioned table has a row of its own for each partition besides: those are the server's business.
    private const string Constraints =
        $"""
        {Wanted}
        SELECT k.conrelid, k.conname, k.conkey, k.confrelid, k.confkey, pg_get_constraintdef(k.oid)
        FROM wanted w JOIN pg_constraint k ON k.conrelid = w.oid
        WHERE k.contype IN ('f', 'c') AND k.conkey IS NOT NULL AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
        ORDER BY k.conrelid, k.conname
        """;

    private const string Views =
        """
        SELECT n.nspname, c.relname, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = $4 AND NOT a.attisdropped)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1) AND c.relkind = 'v' AND has_schema_privilege($2::name, n.oid, 'USAGE') AND has_table_privilege($2::name, c.oid, 'SELECT')
        ORDER BY 1, 2
        """;

    public static async Task<SchemaShape> ReadAsync(NpgsqlConnection connection, AuditPlan plan, CancellationToken ct)
    {
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        foreach (var query in new[] { Tables, Columns, Keys, Constraints, Views })
            batch.BatchCommands.Add(Command(query, plan));
        var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);

        var tables = new Dictionary<uint, TableShape>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            tables.Add(reader.GetFieldValue<uint>(0), Table(reader));

        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            tables[reader.GetFieldValue<uint>(0)].Columns.Add(Column(reader));

        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            var table = tables[reader.GetFieldValue<uint>(0)];
            table.Keys.Add(new(reader.GetBoolean(1), [.. reader.GetFieldValue<short[]>(2).Select(table.Column)]));
        }

        await reader.NextResultAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            Constrain(tables, reader);

        await reader.NextResultAsync(ct).ConfigureAwait(false);
        var views = new List<ViewShape>();
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
            views.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));

        PartitionPlaces.Fill(tables);
        foreach (var (table, key) in tables.Values.SelectMany(t => t.ForeignKeys.Select(key => (t, key))))
        {
            if (key.Columns is [{ } column] && column.Name == plan.TenantColumn)
                key.Parent.TenantKey = key.ParentColumns[0];
        }

        return new([.. tables.Values], views);
    }

    private static NpgsqlBatchCommand Command(string query, AuditPlan plan)
    {
        var command = new NpgsqlBatchCommand(query);
        command.Parameters.Add(new() { Value = plan.Schemas.ToArray() });
        command.Parameters.Add(new() { Value = plan.ApplicationRole, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)plan.Anonymous ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = plan.TenantColumn, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return command;
    }

    private static TableShape Table(NpgsqlDataReader row) => new()
    {
        Oid = row.GetFieldValue<uint>(0),
        Schema = row.GetString(1),
        Name = row.GetString(2),
        Named = row.GetBoolean(3),
        Partitioned = row.GetBoolean(4),
        PartitionOf = row.IsDBNull(5) ? null : row.GetFieldValue<uint>(5),
        Bound = row.IsDBNull(6) ? null : row.GetString(6),
        PartitionKey = row.GetFieldValue<short[]>(7),
        RowSecurity = row.GetBoolean(8),
        Forced = row.GetBoolean(9),
        HasPolicy = row.GetBoolean(10),
        AppIsOwner = row.GetBoolean(11),
        Reachable = row.GetBoolean(12),
        CanDelete = row.GetBoolean(13),
        Rewrites = row.GetBoolean(14),
    };

    private static ColumnShape Column(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt16(1),
        Name = row.GetString(2),
        Type = row.GetString(3),
        Base = row.GetString(4),
        Modifier = row.GetInt32(5),
        Subtype = row.IsDBNull(6) ? null : row.GetString(6),
        Labels = row.GetFieldValue<string[]>(7),
        Attributes = row.GetInt32(8),
        Domains = row.GetFieldValue<string[]>(9),
        DomainChecks = row.IsDBNull(10) ? null : row.GetString(10),
        NotNull = row.GetBoolean(11),
        HasDefault = row.GetBoolean(12),
        Generated = row.GetBoolean(13),
        CanSelect = row.GetBoolean(14),
        CanInsert = row.GetBoolean(15),
        CanUpdate = row.GetBoolean(16),
        AlwaysIdentity = row.GetBoolean(17),
    };

    private static void Constrain(Dictionary<uint, TableShape> tables, NpgsqlDataReader row)
    {
        var table = tables[row.GetFieldValue<uint>(0)];
        IReadOnlyList<ColumnShape> columns = [.. row.GetFieldValue<short[]>(2).Where(number => number > 0).Select(table.Column)];
        if (row.GetFieldValue<uint>(3) is var parent and not 0)
            table.ForeignKeys.Add(new(row.GetString(1), columns, tables[parent], [.. row.GetFieldValue<short[]>(4).Select(tables[parent].Column)]));
        else
            table.Checks.Add(new(row.GetString(1), row.GetString(5), columns));
    }
}
