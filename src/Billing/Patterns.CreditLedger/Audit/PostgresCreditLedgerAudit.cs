using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;
using Patterns.Shared;

namespace Patterns.CreditLedger;

internal sealed class PostgresCreditLedgerAudit(IPostgres postgres, ITimePartitions partitions, LedgerPools pools, IOptions<CreditLedgerOptions> options) : ICreditLedgerAudit
{
    private readonly IReadOnlyList<(char Letter, string Sql)> _book = LedgerBook.Read(postgres.Schema);
    private readonly Reconciliation _reconciliation = new(postgres);
    private readonly Recognition _recognition = new(postgres, pools);
    private readonly LedgerArchive _archive = new(postgres, partitions);

    // A snapshot is taken by the first query, so the lock comes before it: see LedgerArchive.
    private readonly string _begin = postgres.Sql("SET TRANSACTION READ ONLY; LOCK TABLE {schema}.credit_ledger_entries IN ACCESS SHARE MODE");
    private readonly string _now = postgres.Sql("SELECT {schema}.now()");

    public IAsyncEnumerable<LedgerBreak> VerifyAsync(string? tenantId = null, CancellationToken ct = default)
    {
        PlainText.CheckOptional(tenantId, nameof(tenantId), LedgerText.MaxKey);
        return BreaksAsync(tenantId, ct);
    }

    public Task<IReadOnlyList<GrantDifference>> ReconcileAsync(GrantScope scope, IEnumerable<ExternalGrant> grants, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(grants);
        LedgerText.Check(scope.Account, nameof(scope.Account));
        PlainText.CheckOptional(scope.Pool, nameof(scope.Pool), LedgerText.MaxKey);
        var all = grants.ToList();
        foreach (var grant in all)
        {
            ArgumentNullException.ThrowIfNull(grant, nameof(grants));
            LedgerText.Check(grant.Reference, nameof(grant.Reference));
            LedgerText.Check(grant.Pool, nameof(grant.Pool));
            LedgerText.CheckAmount(grant.Amount, nameof(grant.Amount));
        }

        return _reconciliation.CompareAsync(scope, all, ct);
    }

    public Task<IReadOnlyList<RecognitionTotal>> RecognitionAsync(DateTimeOffset from, DateTimeOffset to, string? tenantId = null, CancellationToken ct = default)
    {
        PlainText.CheckOptional(tenantId, nameof(tenantId), LedgerText.MaxKey);
        if (to <= from)
            throw new ArgumentException($"The period ends at {to:O}; it must end after its beginning, {from:O}.", nameof(to));

        return _recognition.TotalsAsync(from, to, tenantId, ct);
    }

    public async Task<ArchiveResult> ArchiveAsync(DateTimeOffset before, CancellationToken ct = default)
    {
        var keyRetention = options.Value.KeyRetention;
        var command = postgres.DataSource.CreateCommand(_now);
        await using (command.ConfigureAwait(false))
        {
            var latest = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!) - keyRetention;
            if (before > latest)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(before), before, $"Entries may be archived up to {latest:O}, which is now - KeyRetention ({keyRetention.TotalDays:0.#} days), and not up to {before:O}: they remember the keys of their operations.");
            }
        }

        return await _archive.RunAsync(before, ct).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<LedgerBreak> BreaksAsync(string? tenantId, [EnumeratorCancellation] CancellationToken ct)
    {
        var connection = await postgres.DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var begin = new NpgsqlCommand(_begin, connection, transaction);
                await using (begin.ConfigureAwait(false))
                    await begin.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                foreach (var (letter, sql) in _book)
                {
                    var query = new NpgsqlCommand(tenantId is null ? sql : $"SELECT * FROM ({sql}) AS book WHERE tenant_id = $1", connection, transaction) { CommandTimeout = 0 };
                    await using (query.ConfigureAwait(false))
                    {
                        if (tenantId is not null)
                            query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenantId });
                        var row = await query.ExecuteReaderAsync(ct).ConfigureAwait(false);
                        await using (row.ConfigureAwait(false))
                        {
                            while (await row.ReadAsync(ct).ConfigureAwait(false))
                                yield return Read(letter, row);
                        }
                    }
                }
            }
        }
    }

    private static LedgerBreak Read(char letter, NpgsqlDataReader row) =>
        new(letter, new(row.GetString(0), row.GetString(1)), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6))
        {
            EntryNumber = row.IsDBNull(2) ? null : row.GetInt64(2),
            Lot = row.IsDBNull(3) ? null : row.GetGuid(3),
        };
}
