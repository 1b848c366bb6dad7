using System.Numerics;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Patterns.LlmCost;

/// <summary>How amounts, months and text go into statements and come out of rows.</summary>
internal static class LedgerSql
{
    public static PicoUsd Pico(this NpgsqlDataReader row, int column) => new((Int128)row.GetFieldValue<BigInteger>(column));

    public static PicoUsd? PicoOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Pico(column);

    public static NpgsqlParameter Of(PicoUsd? amount) => new() { NpgsqlDbType = NpgsqlDbType.Numeric, Value = amount is { } known ? (BigInteger)known.Value : DBNull.Value };

    public static NpgsqlParameter Of(Month month) => new NpgsqlParameter<DateOnly> { TypedValue = month.FirstDay };

    public static NpgsqlParameter Of(DateOnly day) => new NpgsqlParameter<DateOnly> { TypedValue = day };

    public static NpgsqlParameter Of(string? text) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value };

    public static NpgsqlParameter Of(int number) => new NpgsqlParameter<int> { TypedValue = number };

    public static NpgsqlParameter Of(long number) => new NpgsqlParameter<long> { TypedValue = number };

    public static NpgsqlParameter Of(decimal number) => new NpgsqlParameter<decimal> { TypedValue = number };

    /// <summary>The first moment of a day.</summary>
    public static NpgsqlParameter StartOf(DateOnly day) => new NpgsqlParameter<DateTime> { TypedValue = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) };

    public static NpgsqlParameter Of(Guid id) => new NpgsqlParameter<Guid> { TypedValue = id };

    public static NpgsqlParameter Of<T>(T[] values, NpgsqlDbType type) => new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values };

    /// <summary>Reads all rows of a statement, on a connection of its own that is given back when the reading ends.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(this IPostgres postgres, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, [EnumeratorCancellation] CancellationToken ct)
    {
        var command = postgres.DataSource.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                    yield return map(row);
            }
        }
    }

    /// <summary>Reads all rows of a statement within a transaction.</summary>
    public static async Task<List<T>> ReadAsync<T>(this NpgsqlTransaction transaction, string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken ct)
    {
        var rows = new List<T>();
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            var row = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(ct).ConfigureAwait(false))
                    rows.Add(map(row));
            }
        }

        return rows;
    }

    /// <summary>Runs a statement within a transaction and returns how many rows it changed.</summary>
    public static async Task<int> ExecuteAsync(this NpgsqlTransaction transaction, string sql, NpgsqlParameter[] parameters, CancellationToken ct)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
