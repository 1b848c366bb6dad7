using Npgsql;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>
/// What an administrator could do at night: changes an entry of the audit log as the owner of the server, with the triggers off, which the application's own login cannot. In Development only,
/// over the connection that only schema scripts use otherwise.
/// </summary>
internal sealed class Tampering(IConfiguration configuration, IPostgres postgres)
{
    public const string Forged = "mallory";

    // <shown>
    /// <summary>Puts another actor in an entry's place.</summary>
    public Task ForgeAsync(Guid entry, CancellationToken ct) => UpdateAsync("UPDATE {schema}.audit_log_entries SET actor_id = $2, reason = actor_id WHERE id = $1 AND reason IS NULL", entry, ct);

    /// <summary>Puts the entry back as it was.</summary>
    public Task RestoreAsync(Guid entry, CancellationToken ct) => UpdateAsync("UPDATE {schema}.audit_log_entries SET actor_id = reason, reason = NULL WHERE id = $1 AND actor_id = $2", entry, ct);

    private async Task UpdateAsync(string statement, Guid entry, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(configuration.GetConnectionString(DatabaseLogin.Owner)!);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var partition = await PartitionAsync(connection, entry, ct);
        await ExecuteAsync(connection, $"ALTER TABLE {partition} DISABLE TRIGGER audit_log_append_only", ct);
        await ExecuteAsync(connection, postgres.Sql(statement), ct, new() { Value = entry }, new() { Value = Forged });
        await ExecuteAsync(connection, $"ALTER TABLE {partition} ENABLE ALWAYS TRIGGER audit_log_append_only", ct);
        await transaction.CommitAsync(ct);
    }
    // </shown>

    private async Task<string> PartitionAsync(NpgsqlConnection connection, Guid entry, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand(postgres.Sql("SELECT tableoid::regclass::text FROM {schema}.audit_log_entries WHERE id = $1"), connection) { Parameters = { new() { Value = entry } } };
        return (string?)await find.ExecuteScalarAsync(ct) ?? throw new InvalidOperationException($"There is no entry {entry}.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(ct);
    }
}
