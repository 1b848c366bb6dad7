using Npgsql;
using Patterns.Postgres;

namespace Patterns.WebhookDedup;

/// <summary>What is said when the tables are not there.</summary>
internal static class MissingTables
{
    public static bool Means(PostgresException e) => e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;

    public static InvalidOperationException Error(IPostgres postgres, PostgresException e) => new(
        $"The tables of Patterns.WebhookDedup are not (all) in schema {postgres.Schema}. Set PostgresOptions.SchemaMode to Apply, or call ISchema.ApplyAsync(), or run the text of ISchema.Print(\"webhook_dedup\") with psql.",
        e);
}
