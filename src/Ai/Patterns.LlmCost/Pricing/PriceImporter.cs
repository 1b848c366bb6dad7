using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>Brings a price file into the database, whole or not at all.</summary>
internal sealed class PriceImporter(IPostgres postgres, INotifications notifications, CurrentPrices prices)
{
    private readonly string _lock = postgres.Sql(
        """
        LOCK TABLE {schema}.llm_cost_price_imports IN SHARE ROW EXCLUSIVE MODE;
        LOCK TABLE {schema}.llm_cost_periods IN SHARE MODE
        """);

    private readonly string _state = postgres.Sql(
        """
        SELECT {schema}.now(), (SELECT max(published) FROM {schema}.llm_cost_price_imports), ARRAY(SELECT month FROM {schema}.llm_cost_periods ORDER BY month)
        """);

    private readonly string _store = postgres.Sql(
        """
        INSERT INTO {schema}.llm_cost_prices (provider, pattern, tier, region, threshold, bucket, valid_from, micro_usd)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::bigint[])
        ON CONFLICT (provider, pattern, tier, region, threshold, bucket, valid_from) DO UPDATE SET micro_usd = excluded.micro_usd
        """);

    private readonly string _record = postgres.Sql(
        "INSERT INTO {schema}.llm_cost_price_imports (published, imported_at, added, changed, unchanged) VALUES ($1, {schema}.now(), $2, $3, $4)");

    public async Task<PriceImport> ImportAsync(Stream stream, DateOnly? published, CancellationToken cancellationToken)
    {
        var file = await PriceFileReader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        if (file.Published is { } own && published is not null)
            throw new ArgumentException($"The file names its own day, {own:yyyy-MM-dd}. Import it without the argument.", nameof(published));

        var import = await postgres.RunAsync((transaction, token) => ImportAsync(file, published, transaction, token), options: null, cancellationToken).ConfigureAwait(false);

        // Other processes are told by the commit; this one must not book at the old prices meanwhile.
        await prices.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return import;
    }

    private async ValueTask<PriceImport> ImportAsync(PriceFile file, DateOnly? published, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // Against another import, and against a month that is closed meanwhile.
        await ExecuteAsync(transaction, _lock, cancellationToken).ConfigureAwait(false);
        var (now, last, closed) = await StateAsync(transaction, cancellationToken).ConfigureAwait(false);
        var day = file.Published ?? Midnight(published ?? DateOnly.FromDateTime(now.UtcDateTime));
        if (day < last)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The price file is of {day:yyyy-MM-dd}, and prices of {last:yyyy-MM-dd} are imported already; nothing was changed. Give a corrected file the day on which it was corrected."));
        }

        var change = PriceChange.Between(await prices.RowsAsync(transaction.Connection!, transaction, cancellationToken).ConfigureAwait(false), file, day);
        change.RefuseIfClosed(closed);
        if (change.Stored.Count > 0)
            await StoreAsync(change.Stored, transaction, cancellationToken).ConfigureAwait(false);

        await ExecuteAsync(
            transaction,
            _record,
            cancellationToken,
            new NpgsqlParameter<DateTimeOffset> { TypedValue = day },
            new NpgsqlParameter<int> { TypedValue = change.Added },
            new NpgsqlParameter<int> { TypedValue = change.Changed },
            new NpgsqlParameter<int> { TypedValue = change.Unchanged }).ConfigureAwait(false);
        await notifications.NotifyAsync(transaction, CurrentPrices.Channel, "", cancellationToken).ConfigureAwait(false);
        return new(change.Added, change.Changed, change.Unchanged, file.Skipped);
    }

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private async Task<(DateTimeOffset Now, DateTimeOffset? Last, DateOnly[] Closed)> StateAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_state, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var last = await reader.IsDBNullAsync(1, cancellationToken).ConfigureAwait(false) ? (DateTimeOffset?)null : reader.GetFieldValue<DateTimeOffset>(1);
                return (reader.GetFieldValue<DateTimeOffset>(0), last, reader.GetFieldValue<DateOnly[]>(2));
            }
        }
    }

    private Task StoreAsync(IReadOnlyList<PriceRow> rows, NpgsqlTransaction transaction, CancellationToken cancellationToken) => ExecuteAsync(
        transaction,
        _store,
        cancellationToken,
        Texts(rows.Select(static row => row.Provider)),
        Texts(rows.Select(static row => row.Pattern)),
        Texts(rows.Select(static row => row.Tier)),
        Texts(rows.Select(static row => row.Region)),
        new NpgsqlParameter<long[]> { TypedValue = rows.Select(static row => row.Threshold).ToArray() },
        Texts(rows.Select(static row => BucketNames.Of(row.Bucket))),
        new NpgsqlParameter<DateTimeOffset[]> { TypedValue = rows.Select(static row => row.ValidFrom).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
        new NpgsqlParameter<long[]> { TypedValue = rows.Select(static row => row.MicroUsd).ToArray() });

    private static NpgsqlParameter<string[]> Texts(IEnumerable<string> values) => new() { TypedValue = values.ToArray() };

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
