using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Puts digests in the place of a tenant, its users and its runs, a batch of rows in a transaction. What is done stays done, and a new run goes on with what is left.</summary>
internal sealed class TenantErasure(IPostgres postgres, IOptions<LlmCostOptions> options)
{
    private const int Batch = 1_000;

    private readonly string _read = postgres.Sql("SELECT call_id, attempt, user_id, run_id FROM {schema}.llm_cost_calls WHERE tenant_id = $1 ORDER BY call_id, attempt LIMIT $2 FOR UPDATE");
    private readonly string _calls = postgres.Sql("SELECT {schema}.llm_cost_erase_calls($1, $2, $3, $4, $5, $6)::text");
    private readonly string _rest = postgres.Sql("SELECT {schema}.llm_cost_erase_rest($1, $2)");

    public async Task<string> EraseAsync(string tenantId, CancellationToken cancellationToken)
    {
        LedgerText.Tenant(tenantId, nameof(tenantId));
        if (options.Value.ErasureKey is not { } key)
            throw new InvalidOperationException("Erasing needs LlmCostOptions.ErasureKey, at least 16 secret bytes that never change: without a secret, whoever knows a tenant's id could find its digest.");
        if (tenantId == CallAttribution.Unattributed)
            throw new ArgumentException($"'{CallAttribution.Unattributed}' is nobody, and cannot be erased.", nameof(tenantId));
        var digest = "erased-" + Convert.ToHexStringLower(Digest(key, "tenant", tenantId, "").AsSpan(0, 16));
        do
        {
            while (await EraseCallsAsync(tenantId, digest, key, cancellationToken).ConfigureAwait(false) == Batch)
            {
            }
        }
        while (!await EraseRestAsync(tenantId, digest, cancellationToken).ConfigureAwait(false));

        return digest;
    }

    private ValueTask<int> EraseCallsAsync(string tenantId, string digest, byte[] key, CancellationToken cancellationToken) => postgres.RunAsync(
        async (transaction, ct) =>
        {
            var rows = await transaction.ReadAsync(
                _read,
                [LedgerSql.Of(tenantId), LedgerSql.Of(Batch)],
                static row => (Call: row.GetGuid(0), Attempt: row.GetInt16(1), User: row.IsDBNull(2) ? null : row.GetString(2), Run: row.IsDBNull(3) ? (Guid?)null : row.GetGuid(3)),
                ct).ConfigureAwait(false);
            if (rows.Count > 0)
            {
                await transaction.ExecuteAsync(
                    _calls,
                    [
                        LedgerSql.Of(tenantId),
                        LedgerSql.Of(digest),
                        LedgerSql.Of(rows.ConvertAll(static row => row.Call).ToArray(), NpgsqlDbType.Uuid),
                        LedgerSql.Of(rows.ConvertAll(static row => row.Attempt).ToArray(), NpgsqlDbType.Smallint),
                        LedgerSql.Of(rows.ConvertAll(row => row.User is { } user ? "erased-" + Convert.ToHexStringLower(Digest(key, "user", tenantId, user).AsSpan(0, 16)) : null).ToArray(), NpgsqlDbType.Text),
                        LedgerSql.Of(rows.ConvertAll(row => row.Run is { } run ? new Guid(Digest(key, "run", tenantId, run.ToString()).AsSpan(0, 16)) : (Guid?)null).ToArray(), NpgsqlDbType.Uuid),
                    ],
                    ct).ConfigureAwait(false);
            }

            return rows.Count;
        },
        options: null,
        cancellationToken);

    private ValueTask<bool> EraseRestAsync(string tenantId, string digest, CancellationToken cancellationToken) => postgres.RunAsync(
        async (transaction, ct) => (await transaction.ReadAsync(_rest, [LedgerSql.Of(tenantId), LedgerSql.Of(digest)], static row => row.GetBoolean(0), ct).ConfigureAwait(false))[0],
        options: null,
        cancellationToken);

    // Control characters are not allowed in ids, so that a NUL between the parts keeps them apart. A user's digest is that tenant's own: users of two tenants are not told to be one.
    private static byte[] Digest(byte[] key, string what, string tenantId, string id) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{what}\0{tenantId}\0{id}"));
}
