using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Books any number of calls by one run of <c>llm_cost_book</c>, or of <c>llm_cost_book_each</c> in somebody's transaction (Schema/0001_calls.sql). Nobody is told more than that it is done.</summary>
internal sealed class BookStatement(IPostgres postgres) : GroupStatement<PricedCall, bool>
{
    private const int ColumnsOfCalls = 19;

    // Bind runs on one thread from its start to its end.
    [ThreadStatic]
    private static BookOrder? _order;

    public override string Name => "llm_cost_book";

    public override string Sql { get; } = postgres.Sql(
        "SELECT {schema}.llm_cost_book($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)");

    /// <summary>Without a subtransaction, of which a caller's transaction should not collect many.</summary>
    public string SqlOfEach { get; } = postgres.Sql("SELECT {schema}.llm_cost_book_each($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)");

    /// <summary>The same revision again changes nothing, so a second run after a lost connection is harmless.</summary>
    public override bool RerunSafe => true;

    public override string TransactionalForm => "the form of ILlmCost.RecordAsync that takes a transaction";

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<PricedCall> batch)
    {
        var order = Sorted(batch);
        BindCalls(parameters, order);
        BindDays(parameters, order);
        order.Clear();
    }

    public static void BindEach(NpgsqlParameterCollection parameters, ReadOnlySpan<PricedCall> batch)
    {
        var order = Sorted(batch);
        BindCalls(parameters, order);
        order.Clear();
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<PricedCall> batch, GroupAnswers<bool> answers)
    {
        for (var i = 0; i < batch.Length; i++)
            answers[i] = true;
    }

    private static BookOrder Sorted(ReadOnlySpan<PricedCall> batch)
    {
        var order = _order ??= new();
        order.Sort(batch);
        return order;
    }

    private static void BindCalls(NpgsqlParameterCollection parameters, BookOrder order)
    {
        var months = Column<DateOnly>(parameters, 0, NpgsqlDbType.Date);
        var tenants = Column<string>(parameters, 1, NpgsqlDbType.Text);
        var calls = Column<Guid>(parameters, 2, NpgsqlDbType.Uuid);
        var attempts = Column<short>(parameters, 3, NpgsqlDbType.Smallint);
        var revisions = Column<int>(parameters, 4, NpgsqlDbType.Integer);
        var states = Column<string>(parameters, 5, NpgsqlDbType.Text);
        var providers = Column<string>(parameters, 6, NpgsqlDbType.Text);
        var models = Column<string>(parameters, 7, NpgsqlDbType.Text);
        var tiers = Column<string>(parameters, 8, NpgsqlDbType.Text);
        var regions = Column<string>(parameters, 9, NpgsqlDbType.Text);
        var features = Column<string>(parameters, 10, NpgsqlDbType.Text);
        var users = Column<string?>(parameters, 11, NpgsqlDbType.Text);
        var runs = Column<Guid?>(parameters, 12, NpgsqlDbType.Uuid);
        var started = Column<DateTime>(parameters, 13, NpgsqlDbType.TimestampTz);
        var responses = Column<string?>(parameters, 14, NpgsqlDbType.Text);
        var buckets = Column<long>(parameters, 15, NpgsqlDbType.Bigint);
        var reasoning = Column<long>(parameters, 16, NpgsqlDbType.Bigint);
        var costs = Column<decimal?>(parameters, 17, NpgsqlDbType.Numeric);
        var suspects = Column<bool>(parameters, 18, NpgsqlDbType.Boolean);
        for (var i = 0; i < order.Count; i++)
        {
            ref readonly var priced = ref order[i];
            var call = priced.Call;
            tenants.Add(call.TenantId);
            calls.Add(call.CallId);
            attempts.Add((short)call.Attempt);
            revisions.Add(call.Revision);
            states.Add(NameOf(call.State));
            providers.Add(priced.Provider);
            models.Add(call.Model);
            tiers.Add(call.Tier);
            regions.Add(call.Region);
            features.Add(call.Feature);
            users.Add(call.UserId);
            runs.Add(call.RunId);
            started.Add(priced.StartedAt);
            responses.Add(call.ResponseId);
            for (var bucket = LlmBucket.Input; bucket <= LlmBucket.CacheStorageTokenHour; bucket++)
                buckets.Add(call.Usage[bucket]);
            reasoning.Add(call.Usage.Reasoning);
            costs.Add(priced.PicoUsd);
            suspects.Add(call.Suspect);
            AddMonth(months, priced.Day);
        }
    }

    private static void BindDays(NpgsqlParameterCollection parameters, BookOrder order)
    {
        var first = Column<int>(parameters, ColumnsOfCalls, NpgsqlDbType.Integer);
        var days = Column<DateOnly>(parameters, ColumnsOfCalls + 1, NpgsqlDbType.Date);
        var calls = Column<long>(parameters, ColumnsOfCalls + 2, NpgsqlDbType.Bigint);
        var buckets = Column<long>(parameters, ColumnsOfCalls + 3, NpgsqlDbType.Bigint);
        var costs = Column<decimal>(parameters, ColumnsOfCalls + 4, NpgsqlDbType.Numeric);
        var estimated = Column<decimal>(parameters, ColumnsOfCalls + 5, NpgsqlDbType.Numeric);
        var unpriced = Column<long>(parameters, ColumnsOfCalls + 6, NpgsqlDbType.Bigint);
        Span<long> sums = stackalloc long[LlmUsage.BucketCount];
        for (var i = 0; i < order.Count;)
        {
            var place = order.ByDay[i];
            ref readonly var key = ref order[place];
            var (count, cost, estimate, withoutPrice) = (0L, 0m, 0m, 0L);
            sums.Clear();
            for (; i < order.Count && order[order.ByDay[i]].CompareDays(key) == 0; i++)
            {
                ref readonly var priced = ref order[order.ByDay[i]];
                count++;
                for (var bucket = 0; bucket < sums.Length; bucket++)
                    sums[bucket] += priced.Call.Usage[(LlmBucket)bucket];
                cost += priced.PicoUsd ?? 0;
                estimate += priced.Call.State == LlmCallState.Estimated ? priced.PicoUsd ?? 0 : 0;
                withoutPrice += priced.PicoUsd is null ? 1 : 0;
            }

            first.Add(place + 1);
            days.Add(key.Day);
            calls.Add(count);
            foreach (var sum in sums)
                buckets.Add(sum);
            costs.Add(cost);
            estimated.Add(estimate);
            unpriced.Add(withoutPrice);
        }
    }

    private static string NameOf(LlmCallState state) => state switch
    {
        LlmCallState.Settled => "settled",
        LlmCallState.Estimated => "estimated",
        _ => "failed",
    };

    /// <summary>The different months in order. There are one or two.</summary>
    private static void AddMonth(List<DateOnly> months, DateOnly day)
    {
        var month = day.AddDays(1 - day.Day);
        var at = months.BinarySearch(month);
        if (at < 0)
            months.Insert(~at, month);
    }
}
