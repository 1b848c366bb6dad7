using Npgsql;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>Tries in four ways to get at another tenant's documents.</summary>
internal sealed class Attempts(IRlsSession session, IPostgres postgres)
{
    private const string Refused = "42501";

    // <shown>
    public async Task<IReadOnlyList<Attempt>> TryAsync(TenantScope mine, string other, CancellationToken ct) =>
    [
        // The statement asks for the other tenant's rows by name, and has the scope of its own.
        await AskAsync("With my scope", "0 rows", batch => session.ReadAsync(mine, batch, CountAsync, ct), Select(other)),
        // Somebody went past the library: the same login, the same table, and no scope.
        await AskAsync("Without a scope", Refused, batch => UnscopedAsync(batch, ct), Select(other)),
        // Injected SQL that runs inside my scope and gives itself another tenant.
        await AskAsync("With an injected tenant", Refused, batch => session.ReadAsync(mine, batch, CountAsync, ct),
            new NpgsqlBatchCommand("SELECT set_config('app.tenant_id', $1, true)") { Parameters = { new() { Value = other } } }, Select(other)),
        await AskAsync("Writing for the other tenant", Refused, batch => session.ReadAsync(mine, batch, CountAsync, ct),
            new NpgsqlBatchCommand("INSERT INTO app.documents (tenant_id, id, title, body, written_by) VALUES ($1, $2, 'planted', '', 'mallory')")
            {
                Parameters = { new() { Value = other }, new() { Value = Guid.CreateVersion7() } },
            }),
    ];
    // </shown>

    private static NpgsqlBatchCommand Select(string other) => new("SELECT title, body FROM app.documents WHERE tenant_id = $1") { Parameters = { new() { Value = other } } };

    private static async Task<Attempt> AskAsync(string title, string expected, Func<NpgsqlBatch, Task<string?>> ask, params NpgsqlBatchCommand[] statements)
    {
        var text = string.Join(";\n", statements.Select(static statement => statement.CommandText));
        using var batch = new NpgsqlBatch();
        foreach (var statement in statements) batch.BatchCommands.Add(statement);
        try
        {
            var answer = (await ask(batch))!;
            return new(title, text, answer, answer == expected);
        }
        catch (PostgresException error)
        {
            return new(title, text, $"{error.SqlState}: {error.MessageText}", error.SqlState == expected);
        }
    }

    private async Task<string?> UnscopedAsync(NpgsqlBatch statements, CancellationToken ct)
    {
        await using var connection = await postgres.DataSource.OpenConnectionAsync(ct);
        statements.Connection = connection;
        await using var reader = await statements.ExecuteReaderAsync(ct);
        return await CountAsync(reader, ct);
    }

    private static async Task<string?> CountAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var rows = 0;
        do
        {
            while (await reader.ReadAsync(ct)) rows++;
        }
        while (await reader.NextResultAsync(ct));
        return rows == 1 ? "1 row" : $"{rows} rows";
    }
}
