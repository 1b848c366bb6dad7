using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>
/// Carries out a batch by one call of <c>credit_ledger_apply</c> (Schema/0004_apply.sql). The batch comes sorted by account, each account's operations in order of arrival, and
/// goes as segments: neighbours of one account that are all spends, or one other operation.
/// </summary>
internal sealed class LedgerStatement(IPostgres postgres, IOptions<CreditLedgerOptions> options, bool waits) : GroupStatement<LedgerRequest, LedgerAnswer>
{
    // Bind runs on one thread from its start to its end.
    [ThreadStatic]
    private static Dictionary<string, int>? _lastOfKey;

    public override string Name => "credit_ledger";

    public override string Sql { get; } = postgres.Sql(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        SELECT o_status, o_figures, o_seqs, o_crossed, o_more, o_line_ops, o_line_lots, o_line_pools, o_line_amounts
        FROM {schema}.credit_ledger_apply({{waits}}, {{options.Value.RefuseInDebt}}, '{{(long)options.Value.KeyRetention.TotalSeconds}} seconds',
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """));

    /// <summary>Every operation carries the id of its call, by which the second run recognises the first.</summary>
    public override bool RerunSafe => true;

    public override string TransactionalForm => "the method of ICreditLedger that takes a transaction";

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<LedgerRequest> batch)
    {
        var tenants = Column<string>(parameters, 0, NpgsqlDbType.Text);
        var assets = Column<string>(parameters, 1, NpgsqlDbType.Text);
        var ends = Column<int>(parameters, 2, NpgsqlDbType.Integer);
        var kinds = Column<short>(parameters, 3, NpgsqlDbType.Smallint);
        var ops = Column<Guid>(parameters, 4, NpgsqlDbType.Uuid);
        var keys = Column<string>(parameters, 5, NpgsqlDbType.Text);
        var hashes = Column<byte[]>(parameters, 6, NpgsqlDbType.Bytea);
        var amounts = Column<long?>(parameters, 7, NpgsqlDbType.Bigint);
        var twins = Column<int>(parameters, 8, NpgsqlDbType.Integer);
        var abouts = Column<string?>(parameters, 9, NpgsqlDbType.Text);
        var reasons = Column<string?>(parameters, 10, NpgsqlDbType.Text);
        var references = Column<string?>(parameters, 11, NpgsqlDbType.Text);
        var terms = Column<string?>(parameters, 12, NpgsqlDbType.Jsonb);
        FindTwins(batch, twins);
        for (var i = 0; i < batch.Length; i++)
        {
            var request = batch[i];
            kinds.Add((short)request.Kind);
            ops.Add(request.Op);
            keys.Add(request.Key);
            hashes.Add(request.Hash);
            amounts.Add(request.Amount);
            abouts.Add(request.About);
            reasons.Add(request.Reason);
            references.Add(request.Reference);
            terms.Add(request.Terms);
            if (i + 1 == batch.Length || !InOneSegment(request, batch[i + 1]))
            {
                tenants.Add(request.Account.Tenant);
                assets.Add(request.Account.Asset);
                ends.Add(i + 1);
            }
        }
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<LedgerRequest> batch, GroupAnswers<LedgerAnswer> answers)
    {
        var all = Read(row, batch);
        for (var i = 0; i < all.Length; i++)
            answers[i] = all[i];
    }

    public static LedgerAnswer[] Read(NpgsqlDataReader row, ReadOnlySpan<LedgerRequest> batch)
    {
        var statuses = row.GetFieldValue<short[]>(0);
        var figures = Nullable<long>(row, 1);
        var seqs = Nullable<long>(row, 2);
        var crossed = row.IsDBNull(3) ? [] : row.GetFieldValue<int[]>(3);
        var more = row.IsDBNull(4) ? [] : row.GetFieldValue<string?[]>(4);
        var lines = LedgerLines.Read(row, 5);
        // Arrays of the database end with their last value that is not NULL.
        var answers = new LedgerAnswer[batch.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            var status = (LedgerStatus)statuses[i];
            var told = i < more.Length && more[i] is { } json ? JsonSerializer.Deserialize(json, LedgerJson.Default.LedgerTold) : null;
            var (taken, owed) = lines.Next(i + 1);
            answers[i] = new(status, At(figures, i), At(seqs, i), Array.IndexOf(crossed, i + 1) >= 0, taken, owed, told);
        }

        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Status == LedgerStatus.Twin)
                answers[i] = AnswerOfTwin(batch, answers, i);
        }

        return answers;
    }

    private static long At(long?[] values, int index) => index < values.Length ? values[index].GetValueOrDefault() : 0;

    private static T?[] Nullable<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? [] : row.GetFieldValue<T?[]>(column);

    /// <summary>The operation before it with its key was applied in the same call: an equal one is a replay of that.</summary>
    private static LedgerAnswer AnswerOfTwin(ReadOnlySpan<LedgerRequest> batch, LedgerAnswer[] answers, int index)
    {
        var request = batch[index];
        for (var i = index - 1; i >= 0; i--)
        {
            if (answers[i].Status == LedgerStatus.Applied && batch[i].Key == request.Key && batch[i].LockKey == request.LockKey)
            {
                return batch[i].Hash.AsSpan().SequenceEqual(request.Hash)
                    ? answers[i] with { Status = LedgerStatus.Replayed, Crossed = false }
                    : answers[i] with { Status = LedgerStatus.Conflict, Crossed = false };
            }
        }

        throw new InvalidOperationException("The database took an operation for the twin of one that it did not apply.");
    }

    private static bool InOneSegment(LedgerRequest one, LedgerRequest next) => one.IsSpend && next.IsSpend && one.LockKey == next.LockKey;

    /// <summary>For each spend, the place (from 1) of the one before it in its segment that has its key; 0 for none.</summary>
    private static void FindTwins(ReadOnlySpan<LedgerRequest> batch, List<int> twins)
    {
        var lastOfKey = _lastOfKey ??= new(StringComparer.Ordinal);
        for (var i = 0; i < batch.Length; i++)
        {
            var starts = i == 0 || !InOneSegment(batch[i - 1], batch[i]);
            var alone = starts && (i + 1 == batch.Length || !InOneSegment(batch[i], batch[i + 1]));
            if (starts)
                lastOfKey.Clear();
            twins.Add(alone ? 0 : lastOfKey.GetValueOrDefault(batch[i].Key));
            if (!alone)
                lastOfKey[batch[i].Key] = i + 1;
        }

        lastOfKey.Clear();
    }
}
