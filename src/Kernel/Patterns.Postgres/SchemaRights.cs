using Npgsql;

namespace Patterns.Postgres;

/// <summary>Turns "permission denied" into the statement that grants it.</summary>
internal static class SchemaRights
{
    public static async Task<SchemaException> ExplainAsync(NpgsqlDataSource source, string schema, SchemaScript? script, PostgresException error, CancellationToken ct)
    {
        string role, database;
        bool exists;
        var command = source.CreateCommand("SELECT quote_ident(current_user), quote_ident(current_database()), to_regnamespace($1) IS NOT NULL");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                (role, database, exists) = (reader.GetString(0), reader.GetString(1), reader.GetBoolean(2));
            }
        }

        var grant = script is null
            ? $"GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};"
            : exists ? $"GRANT USAGE, CREATE ON SCHEMA {schema} TO {role};" : $"GRANT CREATE ON DATABASE {database} TO {role};";
        var what = script is null ? $"read {schema}.schema_versions" : $"apply schema script {script}";
        return new(
            $"Role {role} may not {what}: {error.MessageText}. As the owner: {grant} Or leave the schema to another role: set PostgresOptions.MigrationConnectionString, or apply ISchema.Print() by hand and set PostgresOptions.SchemaMode to Verify.",
            script?.Package,
            script?.Name,
            sqlState: error.SqlState,
            inner: error);
    }
}
