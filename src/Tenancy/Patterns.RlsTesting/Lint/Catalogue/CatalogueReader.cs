using System.Data;
using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>Reads the catalogue as of one moment: two batches in a read-only transaction, in which nothing of the user's is called.</summary>
internal sealed class CatalogueReader
{
    private readonly Dictionary<uint, List<Grant>> _grants = [];
    private readonly Dictionary<uint, List<Column>> _columns = [];
    private readonly Dictionary<uint, List<Policy>> _policies = [];
    private readonly Dictionary<uint, List<TableIndex>> _indexes = [];
    private readonly Dictionary<uint, List<ForeignKey>> _foreignKeys = [];
    private readonly Dictionary<uint, List<uint>> _reads = [];
    private readonly Dictionary<uint, List<Publication>> _publications = [];
    private readonly List<Role> _roles = [];
    private readonly List<Membership> _memberships = [];
    private readonly List<SchemaObject> _schemas = [];
    private readonly List<Relation> _relations = [];
    private readonly List<Routine> _routines = [];
    private readonly List<DefaultGrant> _defaultGrants = [];
    private readonly List<(string Schema, string Name, int Least, int Most, char Volatility)> _functions = [];

    public static async Task<DatabaseCatalogue> ReadAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        var connection = await source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        return await new CatalogueReader().ReadAsync(connection, transaction, ct).ConfigureAwait(false);
    }

    private async Task<DatabaseCatalogue> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var version = connection.PostgreSqlVersion.Major;
        await RunAsync(connection, transaction, Parts(version), names: null, ct).ConfigureAwait(false);
        var called = _policies.Values.SelectMany(static policies => policies)
            .SelectMany(static policy => new[] { policy.Using, policy.Check })
            .SelectMany(static expression => expression?.FunctionNames ?? [])
            .Distinct(StringComparer.Ordinal).ToArray();
        await RunAsync(connection, transaction, [(CatalogueQueries.Functions, row => _functions.Add((row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetChar(4))))], called, ct).ConfigureAwait(false);
        return new(
            version,
            _roles.ToDictionary(static role => role.Oid),
            _memberships,
            _schemas.ToDictionary(static schema => schema.Schema, StringComparer.Ordinal),
            _relations.ToDictionary(static relation => relation.Oid),
            _routines,
            _defaultGrants,
            new FunctionVolatility(_functions.ToLookup(static function => (function.Schema, function.Name), static function => (function.Least, function.Most, function.Volatility))));
    }

    private static async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<(string Sql, Action<NpgsqlDataReader> Row)> parts, string[]? names, CancellationToken ct)
    {
        // The planner takes these queries for long ones and compiles them, which costs far more than to run them.
        var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new("SET TRANSACTION READ ONLY"), new("SET LOCAL search_path = ''"), new("SET LOCAL jit = off") } };
        await using var _ = batch.ConfigureAwait(false);
        foreach (var (sql, _) in parts)
        {
            var command = new NpgsqlBatchCommand(sql);
            if (names is not null)
                command.Parameters.Add(new() { Value = names });
            batch.BatchCommands.Add(command);
        }

        var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        foreach (var (_, row) in parts)
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                row(reader);
            await reader.NextResultAsync(ct).ConfigureAwait(false);
        }
    }

    // Relations come last: by then all that belongs to them has been read.
    private List<(string Sql, Action<NpgsqlDataReader> Row)> Parts(int version) =>
    [
        (CatalogueQueries.Roles, row => _roles.Add(new(Oid(row, 0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4)))),
        (CatalogueQueries.Memberships(version), row => _memberships.Add(new(Oid(row, 0), Oid(row, 1), row.GetBoolean(2), row.GetBoolean(3)))),
        (CatalogueQueries.Grants, row => Of(_grants, row).Add(new(Oid(row, 1), row.GetString(2), Text(row, 3)))),
        (CatalogueQueries.Schemas, row => _schemas.Add(new(Oid(row, 0), row.GetString(1), Oid(row, 2)) { Grants = Of(_grants, row) })),
        (CatalogueQueries.Columns, row => Of(_columns, row).Add(new(row.GetString(1), row.GetString(2), row.GetBoolean(3)))),
        (CatalogueQueries.Policies, row => Of(_policies, row).Add(new(row.GetString(1), row.GetBoolean(2), row.GetChar(3), row.GetFieldValue<uint[]>(4), Expression(row, 5), Expression(row, 6)))),
        (CatalogueQueries.Indexes, row => Of(_indexes, row).Add(Index(row))),
        (CatalogueQueries.ForeignKeys, row => Of(_foreignKeys, row).Add(
            new(row.GetString(1), Oid(row, 2), row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4), row.GetChar(5), row.GetString(6)))),
        (CatalogueQueries.Reads, row => Of(_reads, row).Add(Oid(row, 1))),
        (CatalogueQueries.Publications(version), row => Of(_publications, row).Add(new(row.GetString(1), row.GetBoolean(2), row.GetBoolean(3)))),
        (CatalogueQueries.Routines, row => _routines.Add(new(Oid(row, 0), row.GetString(1), Oid(row, 2), row.GetString(3), Text(row, 4), row.GetBoolean(5)) { Grants = Of(_grants, row) })),
        (CatalogueQueries.DefaultGrants, row => _defaultGrants.Add(new(Oid(row, 0), Text(row, 1), Oid(row, 2), row.GetString(3)))),
        (CatalogueQueries.Relations, row => _relations.Add(Relation(row))),
    ];

    private Relation Relation(NpgsqlDataReader row) => new(
        Oid(row, 0), row.GetString(1), Oid(row, 2), row.GetString(3), row.GetString(4), row.GetChar(5), row.GetBoolean(6), row.GetBoolean(7), row.IsDBNull(8) ? null : Oid(row, 8), row.GetBoolean(9), row.GetBoolean(10))
    {
        Grants = Of(_grants, row),
        Columns = Of(_columns, row),
        Policies = Of(_policies, row),
        Indexes = Of(_indexes, row),
        ForeignKeys = Of(_foreignKeys, row),
        Reads = Of(_reads, row),
        Publications = Of(_publications, row),
    };

    private static TableIndex Index(NpgsqlDataReader row) => new(
        row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5), row.GetBoolean(6),
        row.GetFieldValue<string[]>(7), row.GetFieldValue<string?[]>(8), row.GetFieldValue<string?[]>(9),
        Text(row, 10), Text(row, 11), row.GetBoolean(12), row.GetBoolean(13), row.GetString(14));

    // The first column of every question about parts of an object is that object.
    private static List<T> Of<T>(Dictionary<uint, List<T>> parts, NpgsqlDataReader row)
    {
        var oid = Oid(row, 0);
        if (!parts.TryGetValue(oid, out var list))
            parts.Add(oid, list = []);
        return list;
    }

    private static uint Oid(NpgsqlDataReader row, int column) => row.GetFieldValue<uint>(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static PolicyExpression? Expression(NpgsqlDataReader row, int column) => Text(row, column) is { } text ? new(text) : null;
}
