using System.Globalization;
using System.Text;

namespace Patterns.Postgres;

/// <summary>The scripts as one text for psql.</summary>
internal static class SchemaText
{
    public static string Print(IEnumerable<SchemaScript> scripts, string schemaName)
    {
        var schema = Identifier.Quote(schemaName);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"-- The tables of Patterns in schema {schemaName}. Run with psql; what is applied is skipped, so it may be run again.\n\\set ON_ERROR_STOP on\n");
        foreach (var script in scripts)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n-- {script}\n");
            if (script.RunsAlone)
                text.Append(UnlessApplied(script, schema));
            else
                AppendTransaction(text, script, schema, VersionRow.LockName(schemaName));
        }

        return text.ToString();
    }

    private static void AppendTransaction(StringBuilder text, SchemaScript script, string schema, string lockName)
    {
        // In a psql text a lock that is only tried can only fail: the person runs it again.
        text.Append(CultureInfo.InvariantCulture, $"""
            BEGIN;
            SET LOCAL lock_timeout = '5s';
            SET LOCAL statement_timeout = '5min';
            SET LOCAL search_path = '';
            DO $patterns$ BEGIN
                IF NOT pg_try_advisory_xact_lock(hashtextextended('{lockName}', 0)) THEN
                    RAISE EXCEPTION 'another instance is applying schema scripts; run this again when it is done';
                END IF;
            END $patterns$;
            {UnlessApplied(script, schema)}COMMIT;

            """);
    }

    private static string UnlessApplied(SchemaScript script, string schema) => $"""
        {Missing(script, schema)}
        {script.For(schema).TrimEnd()}
        INSERT INTO {schema}.schema_versions (package, number, name, checksum, state, applied_at)
            VALUES ({VersionValues(script)}, 'applied', {schema}.now());
        \endif

        """;

    private static string Missing(SchemaScript script, string schema) =>
        script is { Package: SchemaInstaller.Kernel, Number: 1 }
            ? $"SELECT to_regclass('{schema}.schema_versions') IS NULL AS missing \\gset\n\\if :missing"
            : $"SELECT NOT EXISTS (SELECT FROM {schema}.schema_versions WHERE package = '{script.Package}' AND number = {script.Number}) AS missing \\gset\n\\if :missing";

    private static string VersionValues(SchemaScript script) =>
        $"'{script.Package}', {script.Number}, '{script.Name}', '\\x{Convert.ToHexStringLower(script.Checksum)}'";
}
