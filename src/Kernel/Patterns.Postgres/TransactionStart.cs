using System.Globalization;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>The time limits of a transaction. The driver sends BEGIN with the first statement, so that these travel in the same round trip.</summary>
internal static class TransactionStart
{
    public static void Validate(RunOptions options)
    {
        foreach (var (name, value) in ((string, TimeSpan?)[])[(nameof(RunOptions.LockTimeout), options.LockTimeout), (nameof(RunOptions.StatementTimeout), options.StatementTimeout)])
        {
            if (value is { } limit && (limit < TimeSpan.FromMilliseconds(1) || limit.TotalMilliseconds > int.MaxValue))
                throw new ArgumentException($"RunOptions.{name} is {limit}; it must be 1 ms to {int.MaxValue} ms. Leave it out for the server's own setting.", nameof(options));
        }
    }

    public static async ValueTask SendAsync(NpgsqlTransaction transaction, RunOptions options, CancellationToken ct)
    {
        if (options.LockTimeout is null && options.StatementTimeout is null)
            return;

        var batch = new NpgsqlBatch(transaction.Connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            if (options.LockTimeout is { } wait)
                batch.BatchCommands.Add(Setting("SELECT set_config('lock_timeout', $1, true)", wait));
            if (options.StatementTimeout is { } run)
                batch.BatchCommands.Add(Setting("SELECT set_config('statement_timeout', $1, true)", run));
            await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }

    private static NpgsqlBatchCommand Setting(string sql, TimeSpan value) =>
        new(sql) { Parameters = { new NpgsqlParameter<string> { TypedValue = ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) } } };
}
