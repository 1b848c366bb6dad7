using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>The price book of this process. <see cref="PriceRefresh"/> reads it at start and keeps it young; without a host it is read at its first use.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore's handle is never asked for, so there is nothing to dispose.")]
internal sealed class CurrentPrices(IPostgres postgres)
{
    public const string Channel = "patterns_llm_prices";

    private readonly string _version = postgres.Sql("SELECT coalesce(max(import_number), 0) FROM {schema}.llm_cost_price_imports");
    private readonly string _rows = postgres.Sql("SELECT provider, pattern, tier, region, threshold, bucket, valid_from, micro_usd FROM {schema}.llm_cost_prices");
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Edition? _edition;

    /// <summary>What is known now; empty until it was read for the first time.</summary>
    public PriceBook Book => _edition?.Book ?? PriceBook.Empty;

    /// <summary>The book, read from the database if it never was: for those who store what they price.</summary>
    public ValueTask<PriceBook> ReadAsync(CancellationToken cancellationToken) => _edition is { } edition ? new(edition.Book) : new(RefreshAsync(cancellationToken));

    /// <summary>Reads the prices again if a file was imported since.</summary>
    public async Task<PriceBook> RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = await postgres.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                // The version first: what is imported between the two statements is then read once more, never missed.
                var version = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
                if (_edition is not { } edition || edition.Version != version)
                    _edition = edition = new(version, new PriceBook(await RowsAsync(connection, transaction: null, cancellationToken).ConfigureAwait(false)));

                return edition.Book;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<List<PriceRow>> RowsAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var rows = new List<PriceRow>();
        var command = new NpgsqlCommand(_rows, connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    // A bucket of a later version of this package: nothing here counts it, so nothing here needs its price.
                    if (!BucketNames.TryParse(reader.GetString(5), out var bucket))
                        continue;

                    rows.Add(new(
                        string.Intern(reader.GetString(0)),
                        reader.GetString(1),
                        string.Intern(reader.GetString(2)),
                        reader.GetString(3),
                        reader.GetInt64(4),
                        bucket,
                        reader.GetFieldValue<DateTimeOffset>(6),
                        reader.GetInt64(7)));
                }
            }
        }

        return rows;
    }

    private async Task<long> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(_version, connection);
        await using (command.ConfigureAwait(false))
            return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
    }

    private sealed record Edition(long Version, PriceBook Book);
}
