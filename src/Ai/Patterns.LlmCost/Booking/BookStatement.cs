using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Books any number of calls by one run of <c>llm_cost_book</c> (Schema/0001_calls.sql). Nobody is told more than that it is committed.</summary>
internal sealed class BookStatement(IPostgres postgres) : GroupStatement<PricedCall, bool>
{
    // Bind runs on one thread from its start to its end.
    [ThreadStatic]
    private static BookOrder? _order;

    public override string Name => "llm_cost_book";

    public override string Sql { get; } = postgres.Sql("SELECT {schema}.llm_cost_book($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)");

    /// <summary>The same revision again changes nothing, so a second run after a lost connection is harmless.</summary>
    public override bool RerunSafe => true;

    public override string TransactionalForm => "the form of ILlmCost.RecordAsync that takes a transaction";

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<PricedCall> batch)
    {
        var order = _order ??= new();
        order.Sort(batch);
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
            var priced = order[i];
            var call = priced.Call;
            var startedAt = priced.StartedAt;
            tenants.Add(call.TenantId);
            calls.Add(call.CallId);
            attempts.Add((short)call.Attempt);
            revisions.Add(call.Revision);
            states.Add(NameOf(call.State));
            providers.Add(call.Provider.ToLowerInvariant());
            models.Add(call.Model);
            tiers.Add(call.Tier);
            regions.Add(call.Region);
            features.Add(call.Feature);
            users.Add(call.UserId);
            runs.Add(call.RunId);
            started.Add(startedAt.UtcDateTime);
            responses.Add(call.ResponseId);
            Add(buckets, call.Usage);
            reasoning.Add(call.Usage.Reasoning);
            costs.Add(priced.PicoUsd);
            suspects.Add(call.Suspect);
            Add(months, Month.Of(startedAt).FirstDay);
        }

        order.Clear();
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<PricedCall> batch, GroupAnswers<bool> answers)
    {
        for (var i = 0; i < batch.Length; i++)
            answers[i] = true;
    }

    public static string NameOf(LlmCallState state) => state switch
    {
        LlmCallState.Settled => "settled",
        LlmCallState.Estimated => "estimated",
        _ => "failed",
    };

    private static void Add(List<long> buckets, LlmUsage usage)
    {
        buckets.Add(usage.Input);
        buckets.Add(usage.CacheRead);
        buckets.Add(usage.CacheWrite5m);
        buckets.Add(usage.CacheWrite1h);
        buckets.Add(usage.InputAudio);
        buckets.Add(usage.InputImage);
        buckets.Add(usage.Output);
        buckets.Add(usage.OutputAudio);
        buckets.Add(usage.OutputImage);
        buckets.Add(usage.WebSearches);
        buckets.Add(usage.ContainerSeconds);
        buckets.Add(usage.CacheStorageTokenHours);
    }

    /// <summary>The different months in order. There are one or two.</summary>
    private static void Add(List<DateOnly> months, DateOnly month)
    {
        var at = months.BinarySearch(month);
        if (at < 0)
            months.Insert(~at, month);
    }
}
