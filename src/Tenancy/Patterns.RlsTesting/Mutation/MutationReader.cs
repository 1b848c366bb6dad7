using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>Finds what can be weakened in the tenant tables.</summary>
internal static class MutationReader
{
    private const string Policies =
        """
        SELECT p.polrelid, p.polname, p.polpermissive, p.polcmd::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
        FROM pg_policy p JOIN unnest($1) t (oid) ON t.oid = p.polrelid ORDER BY p.polrelid, p.polname
        """;

    public static async Task<IReadOnlyList<Mutation>> ReadAsync(NpgsqlConnection connection, IEnumerable<TableShape> chosen, CancellationToken ct)
    {
        var tables = chosen.Where(t => t.Reachable && t.RowSecurity).ToDictionary(t => t.Oid);
        var found = new List<Mutation>();
        var command = new NpgsqlCommand(Policies, connection) { Parameters = { new() { Value = tables.Keys.ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid } } };
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
            {
                found.AddRange(Of(tables[reader.GetFieldValue<uint>(0)], reader.GetString(1), reader.GetBoolean(2), reader.GetString(3),
                    reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5)));
            }
        }

        foreach (var table in tables.Values)
        {
            if (table.Forced && table.AppIsOwner)
                found.Add(new(table, null, MutationKind.NotForced, $"ALTER TABLE {table.Sql} NO FORCE ROW LEVEL SECURITY"));
            found.Add(new(table, null, MutationKind.Disabled, $"ALTER TABLE {table.Sql} DISABLE ROW LEVEL SECURITY"));
        }

        return [.. found.OrderBy(m => m.Table.Display, StringComparer.Ordinal).ThenBy(m => m.Policy, StringComparer.Ordinal).ThenBy(m => m.Kind)];
    }

    private static IEnumerable<Mutation> Of(TableShape table, string policy, bool permissive, string command, string? shown, string? check)
    {
        var alter = $"ALTER POLICY {SqlText.Identifier(policy)} ON {table.Sql}";
        var writes = command is "*" or "w";
        // Without a check of its own, what a policy shows is also what it lets be written: weakened, each would take the other with it.
        if (shown is not null and not "true")
            yield return new(table, policy, MutationKind.UsingTrue, $"{alter} USING (true){(writes && check is null ? $" WITH CHECK ({shown})" : "")}");
        if ((check ?? (writes ? shown : null)) is not null and not "true")
            yield return new(table, policy, MutationKind.WithCheckTrue, $"{alter} WITH CHECK (true)");
        if (!permissive)
            yield return new(table, policy, MutationKind.RestrictiveDropped, $"DROP POLICY {SqlText.Identifier(policy)} ON {table.Sql}");
    }
}
