using System.Globalization;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>What the version rows of a database say, compared with the scripts of the code.</summary>
internal sealed class SchemaState
{
    private readonly Dictionary<(string Package, int Number), Row> _rows = [];

    private sealed record Row(string Name, byte[] Checksum, bool Applied, DateTime? AppliedAt);

    /// <summary>One SELECT for all packages.</summary>
    public static async Task<SchemaState> ReadAsync(NpgsqlDataSource source, string schema, string[] packages, CancellationToken ct)
    {
        var state = new SchemaState();
        var command = source.CreateCommand($"SELECT package, number, name, checksum, state = 'applied', applied_at FROM {schema}.schema_versions WHERE package = ANY($1) ORDER BY package, number");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = packages });
            try
            {
                var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(ct).ConfigureAwait(false))
                    {
                        state._rows.Add(
                            (reader.GetString(0), reader.GetInt32(1)),
                            new(reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetBoolean(4), await reader.IsDBNullAsync(5, ct).ConfigureAwait(false) ? null : reader.GetDateTime(5)));
                    }
                }
            }
            catch (PostgresException e) when (e.SqlState is "42P01" or "3F000")
            {
                // Nothing was ever installed here.
            }
            catch (PostgresException e) when (e.SqlState == "42501")
            {
                throw await SchemaRights.ExplainAsync(source, schema, script: null, e, ct).ConfigureAwait(false);
            }
        }

        return state;
    }

    /// <summary>The scripts that are not applied, in order. Throws when what is applied does not fit the code.</summary>
    public List<SchemaScript> Missing(IEnumerable<SchemaScript> scripts)
    {
        var missing = new List<SchemaScript>();
        foreach (var script in scripts)
        {
            if (!_rows.TryGetValue((script.Package, script.Number), out var row) || !row.Applied)
            {
                missing.Add(script);
                continue;
            }

            RefuseOther(script, row.Name, row.Checksum, row.AppliedAt);
            if (missing.Count > 0 && missing[^1].Package == script.Package)
            {
                throw new SchemaException(
                    $"Schema script {missing[^1]} is missing in the middle: {script} is applied and it is not. Somebody removed its version row or restored part of a database; restore the row (and what the script made) before starting.",
                    script.Package,
                    missing[^1].Name);
            }
        }

        return missing;
    }

    /// <summary>The applied scripts that the code does not know.</summary>
    public List<string> Newer(IEnumerable<SchemaScript> scripts)
    {
        var known = scripts.Select(s => (s.Package, s.Number)).ToHashSet();
        return [.. _rows.Where(r => !known.Contains(r.Key)).Select(r => $"{r.Key.Package}/{r.Value.Name}")];
    }

    public static void RefuseOther(SchemaScript script, string name, byte[] checksum, DateTime? appliedAt)
    {
        if (name == script.Name && checksum.AsSpan().SequenceEqual(script.Checksum))
            return;

        var what = name == script.Name ? "was edited after it was applied" : $"stands where {name} was applied";
        throw new SchemaException(
            $"Schema script {script} {what} (at {appliedAt?.ToString("u", CultureInfo.InvariantCulture)}). An applied script never changes: put it back as it was, and add a new script with the next number for the change.",
            script.Package,
            script.Name);
    }
}
