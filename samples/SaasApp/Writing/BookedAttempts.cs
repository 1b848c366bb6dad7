using Patterns.LlmCost;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>What is booked for one text, an attempt a row.</summary>
internal sealed class BookedAttempts(IPostgres postgres)
{
    // The order of the buckets is that of LlmBucket: six of input, then three of output.
    private readonly string _read = postgres.Sql(
        """
        SELECT attempt, model, state, (SELECT coalesce(sum(b), 0)::bigint FROM unnest(buckets[1:6]) b), (SELECT coalesce(sum(b), 0)::bigint FROM unnest(buckets[7:9]) b), coalesce(pico_usd, 0)::bigint
        FROM {schema}.llm_cost_calls WHERE tenant_id = $1 AND run_id = $2 AND call_id >= $3 ORDER BY call_id, attempt
        """);

    public async Task<List<WrittenText.Attempt>> ReadAsync(string tenant, Guid run, CancellationToken ct)
    {
        await using var select = postgres.DataSource.CreateCommand(_read);
        select.Parameters.Add(new() { Value = tenant });
        select.Parameters.Add(new() { Value = run });
        // Ids carry their time, and the call's was made after the run's; the clock may have ticked back a little.
        select.Parameters.Add(new() { Value = Before(run) });
        await using var row = await select.ExecuteReaderAsync(ct);
        var attempts = new List<WrittenText.Attempt>();
        while (await row.ReadAsync(ct))
            attempts.Add(new(row.GetInt16(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), new PicoUsd(row.GetInt64(5))));
        return attempts;
    }

    private static Guid Before(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
        return Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds - 60_000));
    }
}
