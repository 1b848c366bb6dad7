using Npgsql;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>The documents of whoever asks. No statement names a tenant: the scope of the request is on all of them.</summary>
internal sealed class DocumentStore(IRlsSession session, ITenantAccessor tenant)
{
    // <shown>
    public async Task<List<Document>> ListAsync(CancellationToken ct) =>
        (await session.ReadAsync(tenant.Current!, new NpgsqlBatch { BatchCommands = { new("SELECT id, title, body, written_by, written_at FROM app.documents ORDER BY id DESC LIMIT 20") } }, ReadAsync, ct))!;

    public Task AddAsync(string title, string body, CancellationToken ct) => session.ExecuteAsync(
        tenant.Current!,
        new NpgsqlBatch
        {
            BatchCommands =
            {
                new("INSERT INTO app.documents (tenant_id, id, title, body, written_by) VALUES (patterns.tenant_id(), $1, $2, $3, patterns.user_id())")
                {
                    Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = title }, new() { Value = body } },
                },
            },
        },
        ct);
    // </shown>

    private static async Task<List<Document>?> ReadAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var documents = new List<Document>();
        while (await reader.ReadAsync(ct))
            documents.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        return documents;
    }
}
